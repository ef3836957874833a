import { setTimeout as delay } from 'node:timers/promises';
import { benchEvent, monotonicMs } from './bench-event.js';
import type { BenchQueue } from './bench-queue.js';
import { QUIET_TENANT } from './quiet-tenant.js';
import type { QueueRun } from './queue-run.js';

/** Stages so many jobs a second, each for a lane at random. */
export async function produce(queue: BenchQueue, { warmUpJobs, jobs, lanes, perSecond }: QueueRun): Promise<void> {
  const total = warmUpJobs + jobs;
  const startedAt = monotonicMs();
  const adding: Promise<unknown>[] = [];
  while (adding.length < total) {
    const due = Math.min(total, Math.floor(((monotonicMs() - startedAt) * perSecond) / 1_000));
    while (adding.length < due) {
      const lane = Math.floor(Math.random() * lanes);
      adding.push(queue.add(benchEvent(lane, adding.length + 1, QUIET_TENANT, monotonicMs())));
    }
    await delay(1);
  }
  await Promise.all(adding);
}
