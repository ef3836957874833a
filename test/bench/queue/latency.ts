import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { percentile } from '../measure.js';
import { benchEvent, monotonicMs } from './bench-event.js';
import type { BenchQueue } from './bench-queue.js';
import type { QueueFigures, QueueRun } from './queue-run.js';
import { QUIET_TENANT } from './quiet-tenant.js';

const FLOOD_LANES = 1_000;
const FLOOD_JOB_MS = 1;
const STAGED_AT_ONCE = 500;

/**
 * How long jobs of the quiet tenant take from the call that stages them, in another process, to their handler. With a
 * flood those count that were staged before it was over.
 */
export async function latency(queue: BenchQueue, run: QueueRun): Promise<QueueFigures> {
  await flood(queue, run.floodJobs);
  const taken: { readonly sentAt: number; readonly ms: number }[] = [];
  const total = run.warmUpJobs + run.jobs;
  let flooding = run.floodJobs;
  let floodedUntil = flooding > 0 ? 0 : Number.POSITIVE_INFINITY;
  let finish = (): void => {};
  const finished = new Promise<void>((resolve) => (finish = resolve));
  queue.work(async ({ tenantId, recordedAt: sentAt }) => {
    if (tenantId === QUIET_TENANT) {
      taken.push({ sentAt, ms: monotonicMs() - sentAt });
      if (taken.length === total) finish();
      return;
    }
    await delay(FLOOD_JOB_MS);
    flooding -= 1;
    if (flooding === 0) floodedUntil = monotonicMs();
  });
  const producer = fork(process.argv[1]!, [JSON.stringify({ ...run, mode: 'produce' } satisfies QueueRun)]);
  await Promise.all([finished, once(producer, 'exit')]);
  if (floodedUntil === 0) floodedUntil = monotonicMs();
  const counted = taken.slice(run.warmUpJobs).filter(({ sentAt }) => sentAt < floodedUntil);
  const latencies = counted.map(({ ms }) => ms);
  return { p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99) };
}

async function flood(queue: BenchQueue, jobs: number): Promise<void> {
  for (let from = 0; from < jobs; from += STAGED_AT_ONCE) {
    const indexes = Array.from({ length: Math.min(STAGED_AT_ONCE, jobs - from) }, (_, index) => from + index);
    await queue.addAll(indexes.map((index) => benchEvent(index % FLOOD_LANES, index + 1, 'loud')));
  }
}
