import { Queue, Worker } from 'groupmq';
import { Redis } from 'ioredis';
import type { StoredEvent } from '../../../lib/events/stored-event.js';
import type { BenchQueue } from './bench-queue.js';
import { PEER_CONCURRENCY } from './peer-concurrency.js';
import type { QueueRun } from './queue-run.js';

/** GroupMQ, one job an event, in order within its group. */
export function openGroupMqQueue({ port }: QueueRun): BenchQueue {
  const redis = new Redis({ host: '127.0.0.1', port, maxRetriesPerRequest: null });
  const queue = new Queue<StoredEvent>({ redis, namespace: 'bench' });
  const add = (data: StoredEvent): Promise<unknown> => queue.add({ groupId: data.aggregateId, data });
  let worker: Worker<StoredEvent> | undefined;
  return {
    add,
    // It has no call for several; sent one after the other, they stay in order.
    addAll: (events) => Promise.all(events.map(add)),
    work: (take) => {
      worker = new Worker<StoredEvent>({
        queue,
        concurrency: PEER_CONCURRENCY,
        handler: async (job) => await take(job.data),
      });
      void worker.run();
    },
    close: async () => {
      await worker?.close(1_000);
      redis.disconnect();
    },
  };
}
