import { fork } from 'node:child_process';
import { once } from 'node:events';
import { startTestRedis, type TestRedis } from '../support/redis-server.js';
import type { BenchResult, BenchScale, BenchSuite } from './bench-case.js';
import { median } from './measure.js';
import type { QueueRun, QueueRunResult } from './queue-runs.js';

type Figures = Pick<QueueRun, 'system' | 'mode' | 'lanes' | 'handler'> & { readonly jobsPerMs: number };

const NO_WORK = { maxBatchJobs: 20, delayMs: 0 };
const PEER = 'BullMQ c50';
const DISTINCT = Number.MAX_SAFE_INTEGER;
const MAX_JOBS = 120_000;
/** Both sides get faster for about so long. */
const WARM_UP_MS = 1_000;

/** Jobs are numbered per millisecond of a measurement, so that a run takes about as long as it should; the peer's, twice as long. */
const FIGURES = {
  'bullmq-drain': { system: 'bullmq', mode: 'drain', lanes: 100, handler: NO_WORK, jobsPerMs: 20 },
  'bullmq-enqueue': { system: 'bullmq', mode: 'enqueue', lanes: 100, handler: NO_WORK, jobsPerMs: 25 },
  'lanes-1': { system: 'own', mode: 'drain', lanes: 1, handler: NO_WORK, jobsPerMs: 50 },
  'lanes-100': { system: 'own', mode: 'drain', lanes: 100, handler: NO_WORK, jobsPerMs: 45 },
  'lanes-10000': { system: 'own', mode: 'drain', lanes: 10_000, handler: NO_WORK, jobsPerMs: 30 },
  'lanes-distinct': { system: 'own', mode: 'drain', lanes: DISTINCT, handler: NO_WORK, jobsPerMs: 9 },
  'enqueue-50': { system: 'own', mode: 'enqueue', lanes: 100, handler: NO_WORK, jobsPerMs: 22 },
  'batch-2ms': { system: 'own', mode: 'drain', lanes: 1, handler: { maxBatchJobs: 500, delayMs: 2 }, jobsPerMs: 40 },
  'single-2ms': { system: 'own', mode: 'drain', lanes: 1, handler: { maxBatchJobs: 1, delayMs: 2 }, jobsPerMs: 0.3 },
} as const satisfies Record<string, Figures>;

type Figure = keyof typeof FIGURES;

const CASES: readonly { readonly name: Figure; readonly peer: string; readonly peerFigure: Figure }[] = [
  { name: 'lanes-1', peer: PEER, peerFigure: 'bullmq-drain' },
  { name: 'lanes-100', peer: PEER, peerFigure: 'bullmq-drain' },
  { name: 'lanes-10000', peer: PEER, peerFigure: 'bullmq-drain' },
  { name: 'lanes-distinct', peer: PEER, peerFigure: 'bullmq-drain' },
  { name: 'enqueue-50', peer: 'BullMQ add, 50 in flight', peerFigure: 'bullmq-enqueue' },
  { name: 'batch-2ms', peer: 'the same lane one by one', peerFigure: 'single-2ms' },
];

/** Jobs a second of one worker process, beside plain BullMQ, which keeps no order; ours is checked. */
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
  const results = new Map<Figure, QueueRunResult[]>();
  for (let round = 0; round < rounds; round += 1) {
    // They take turns, so that a slow minute of the machine meets all of them.
    for (const name of Object.keys(FIGURES) as Figure[]) {
      await redis.flush();
      const { jobsPerMs, ...figure } = FIGURES[name];
      const jobs = Math.min(MAX_JOBS, Math.ceil(jobsPerMs * measureMs));
      const warmUpJobs = Math.ceil(jobsPerMs * WARM_UP_MS);
      const result = await runAlone({ ...figure, warmUpJobs, jobs, port: redis.port });
      results.set(name, [...(results.get(name) ?? []), result]);
    }
  }
  const rateOf = (name: Figure): number => median(results.get(name)!.map(({ rate }) => rate));
  return CASES.map(({ name, peer, peerFigure }) => {
    const [value, peerValue] = [rateOf(name), rateOf(peerFigure)];
    return { name, unit: 'jobs/s', value, peer, peerValue, ratio: value / peerValue };
  });
}

/** Each measurement has a process of its own, so that none inherits the heap of another. */
async function runAlone(run: QueueRun): Promise<QueueRunResult> {
  const child = fork(new URL('queue-run.js', import.meta.url), [JSON.stringify(run)]);
  let result: QueueRunResult | undefined;
  child.on('message', (message) => (result = message as QueueRunResult));
  await once(child, 'exit');
  if (!result) throw new Error(`A measurement of the queue failed: ${JSON.stringify(run)}`);
  return result;
}
