import { Redis } from 'ioredis';
import { benchEvent } from './bench-event.js';
import type { BenchQueue } from './bench-queue.js';
import { startCost, usedMemory } from './cost.js';
import type { QueueFigures, QueueRun } from './queue-run.js';
import { Tally } from './tally.js';

const STAGED_AT_ONCE = 500;

/** Stages all jobs, lanes in turn, then works them off. */
export async function drain(queue: BenchQueue, run: QueueRun): Promise<QueueFigures> {
  const { warmUpJobs, jobs, lanes, port, system } = run;
  const redis = new Redis({ host: '127.0.0.1', port });
  const emptyBytes = await usedMemory(redis);
  const total = warmUpJobs + jobs;
  for (let from = 0; from < total; from += STAGED_AT_ONCE) {
    const length = Math.min(STAGED_AT_ONCE, total - from);
    const indexes = Array.from({ length }, (_, index) => from + index);
    await queue.addAll(indexes.map((index) => benchEvent(index % lanes, Math.floor(index / lanes) + 1)));
  }
  const redisBytes = ((await usedMemory(redis)) - emptyBytes) / total;
  const tally = new Tally(warmUpJobs, jobs, system !== 'bullmq');
  queue.work((event) => tally.take(event));
  await tally.warm;
  const cost = await startCost(redis);
  await tally.finished;
  const figures = { rate: tally.rate, redisBytes, ...(await cost(jobs)) };
  redis.disconnect();
  return figures;
}
