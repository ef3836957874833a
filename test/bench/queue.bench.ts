import { fork } from 'node:child_process';
import { once } from 'node:events';
import { startTestRedis, type TestRedis } from '../support/redis-server.js';
import type { BenchResult, BenchScale, BenchSuite } from './bench-case.js';
import { median } from './measure.js';
import { QUEUE_CASES, type QueueCase } from './queue/queue-cases.js';
import { QUEUE_LOADS, type QueueLoad, type QueueLoadName } from './queue/queue-loads.js';
import type { QueueFigures, QueueRun } from './queue/queue-run.js';

const MAX_JOBS = 120_000;
/** All sides get faster for about so long. */
const WARM_UP_MS = 1_000;

/** One worker process beside plain BullMQ, which keeps no order, and GroupMQ, which does. Order is checked. */
export const queueBench: BenchSuite = {
  name: 'queue',
  async run(scale) {
    const redis = await startTestRedis();
    try {
      return await measureAll(redis, scale);
    } finally {
      await redis.stop();
    }
  },
};

async function measureAll(redis: TestRedis, { rounds, measureMs }: BenchScale): Promise<readonly BenchResult[]> {
  const figures = new Map<QueueLoadName, QueueFigures[]>();
  for (let round = 0; round < rounds; round += 1) {
    // They take turns, so that a slow minute of the machine meets all of them.
    for (const name of Object.keys(QUEUE_LOADS) as QueueLoadName[]) {
      await redis.flush();
      const found = await runAlone(toRun(QUEUE_LOADS[name], measureMs, redis.port));
      figures.set(name, [...(figures.get(name) ?? []), found]);
    }
  }
  return QUEUE_CASES.map((one) => resultOf(one, figures));
}

function toRun({ jobsPerMs, ...load }: QueueLoad, measureMs: number, port: number): QueueRun {
  const jobs = Math.min(MAX_JOBS, Math.ceil(jobsPerMs * measureMs));
  return { ...load, warmUpJobs: Math.ceil(jobsPerMs * WARM_UP_MS), jobs, perSecond: jobsPerMs * 1_000, port };
}

function resultOf(
  { name, load, peer, peerLoad, figure, unit }: QueueCase,
  figures: ReadonlyMap<QueueLoadName, readonly QueueFigures[]>,
): BenchResult {
  const valueOf = (one: QueueLoadName): number => median(figures.get(one)!.map((found) => found[figure]!));
  const [value, peerValue] = [valueOf(load), valueOf(peerLoad)];
  return { name, unit, value, peer, peerValue, ratio: figure === 'rate' ? value / peerValue : peerValue / value };
}

/** Each measurement has a process of its own, so that none inherits the heap of another. */
async function runAlone(run: QueueRun): Promise<QueueFigures> {
  const child = fork(new URL('queue/main.js', import.meta.url), [JSON.stringify(run)]);
  let figures: QueueFigures | undefined;
  child.on('message', (message) => (figures = message as QueueFigures));
  await once(child, 'exit');
  if (!figures) throw new Error(`A measurement of the queue failed: ${JSON.stringify(run)}`);
  return figures;
}
