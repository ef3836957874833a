import { Queue, Worker } from 'bullmq';
import type { StoredEvent } from '../../../lib/events/stored-event.js';
import type { BenchQueue } from './bench-queue.js';
import { PEER_CONCURRENCY } from './peer-concurrency.js';
import type { QueueRun } from './queue-run.js';

/** Plain BullMQ, one job an event; it knows no lanes, and keeps no order. */
export async function openBullmqQueue({ port }: QueueRun): Promise<BenchQueue> {
  const connection = { host: '127.0.0.1', port, maxRetriesPerRequest: null };
  const queue = new Queue<StoredEvent>('bench', { connection });
  await queue.waitUntilReady();
  let worker: Worker<StoredEvent> | undefined;
  return {
    add: (event) => queue.add('e', event),
    addAll: (events) => queue.addBulk(events.map((data) => ({ name: 'e', data }))),
    work: (take) => {
      const options = { connection, concurrency: PEER_CONCURRENCY, removeOnComplete: { count: 0 } };
      worker = new Worker<StoredEvent>('bench', async (job) => await take(job.data), options);
    },
    close: async () => {
      await worker?.close(true);
      await queue.close();
    },
  };
}
