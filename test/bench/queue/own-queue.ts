import { setTimeout as delay } from 'node:timers/promises';
import { SystemClock } from '../../../lib/clock/system-clock.js';
import type { StoredEvent } from '../../../lib/events/stored-event.js';
import type { ReactorJob } from '../../../lib/queue/job.js';
import type { StagedJob } from '../../../lib/queue/staged-job.js';
import { redisQueue } from '../../../lib/queue/redis/redis-queue.adapter.js';
import type { BenchQueue } from './bench-queue.js';
import type { QueueRun } from './queue-run.js';

const COMPONENT = { kind: 'reactor', component: 'bench@1' } as const;
const POLICY = { maxAttempts: 1, backoffMs: 1, maxBackoffMs: 1, timeoutMs: 60_000, whenExhausted: 'park' } as const;
const NO_LIMITS = {
  maxWaitingJobs: 10_000_000,
  maxWaitingJobsPerTenant: 10_000_000,
  maxWaitingBytesPerTenant: 2_000_000_000,
};

/** `redisQueue()` with its defaults, but for the host where a run names one. */
export async function openOwnQueue({ port, handler, host }: QueueRun): Promise<BenchQueue> {
  const options = { connection: { host: '127.0.0.1', port }, ...NO_LIMITS, ...(host && { host }) };
  const queue = await redisQueue(options).open({ clock: new SystemClock() });
  const staged = (event: StoredEvent): StagedJob => {
    const { tenantId, aggregateType, aggregateId, sequence } = event;
    const lane = { ...COMPONENT, tenantId, aggregateType, id: aggregateId };
    return { lane, job: { kind: 'reactor', aggregateId, sequence, event } };
  };
  return {
    add: (event) => queue.stage([staged(event)]),
    addAll: (events) => queue.stage(events.map(staged)),
    work: (take) =>
      queue.consume({
        components: [COMPONENT],
        policy: () => ({ ...POLICY, maxBatchJobs: handler.maxBatchJobs }),
        handle: async (batch) => {
          if (handler.delayMs > 0) await delay(handler.delayMs);
          for (const { event } of batch.jobs as readonly ReactorJob[]) {
            const taken = take(event!);
            if (taken) await taken;
          }
          return { completed: batch.jobs.length, followUps: [] };
        },
      }),
    close: () => queue.drain(),
  };
}
