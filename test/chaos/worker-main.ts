import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { SystemClock } from '../../lib/clock/system-clock.js';
import type { EventRangeJob } from '../../lib/queue/job.js';
import type { StagedJob } from '../../lib/queue/staged-job.js';
import { redisQueue } from '../../lib/queue/redis/redis-queue.adapter.js';
import { silentLogger } from '../support/silent-logger.js';
import { openJournal } from './journal.js';

/** What a worker process is told in its first argument, as JSON. */
export interface WorkerPlan {
  readonly name: string;
  readonly port: number;
  readonly leaseMs: number;
  /** Who runs the lanes; both kinds share them. */
  readonly host: 'bullmq' | 'native';
  /** Path of the file that it writes what it does into. */
  readonly journal: string;
  /** Bounds of how long a batch takes. */
  readonly handlerMs: readonly [number, number];
}

/** Shares of the batches. */
const HEEDS_ITS_SIGNAL = 0.5;
const FAILS = 0.02;
const FAILS_HALFWAY = 0.05;
const ATTEMPTS_WITHOUT_END = 1_000;

/** A worker process: writes down what it handles, fails now and then, and stages a reaction to each range of a fold. */
Logger.overrideLogger(silentLogger);
const plan = JSON.parse(process.argv[2]!) as WorkerPlan;
const [leastMs, mostMs] = plan.handlerMs;
const note = openJournal(plan.journal, plan.name);
let runs = 0;

const connection = { host: '127.0.0.1', port: plan.port, commandTimeoutMs: 2_000 };
const opening = redisQueue({ connection, leaseMs: plan.leaseMs, host: plan.host }).open({ clock: new SystemClock() });
// As an application would: it is started again.
const queue = await opening.catch(() => process.exit(1));
queue.consume({
  components: [
    { kind: 'fold', component: 'c@1' },
    { kind: 'reactor', component: 'c@1' },
  ],
  policy: () => ({
    maxBatchJobs: 5,
    maxAttempts: ATTEMPTS_WITHOUT_END,
    backoffMs: 5,
    maxBackoffMs: 50,
    timeoutMs: 10_000,
    whenExhausted: 'park',
  }),
  handle: async ({ lane, jobs, abort: { signal } }) => {
    const run = (runs += 1);
    const ranges = jobs as readonly EventRangeJob[];
    note({ what: 'begun', run, lane: `${lane.kind} ${lane.id}`, jobs: ranges.map(({ to }) => to) });
    await delay(leastMs + Math.random() * (mostMs - leastMs));
    if (Math.random() < HEEDS_ITS_SIGNAL) signal.throwIfAborted();
    if (Math.random() < FAILS) throw new Error('hiccup');
    const completed = Math.random() < FAILS_HALFWAY ? Math.floor(Math.random() * jobs.length) : jobs.length;
    note({ what: 'done', run, completed });
    const done = lane.kind === 'fold' ? ranges.slice(0, completed) : [];
    return {
      completed,
      followUps: done.map((job): StagedJob => ({ lane: { ...lane, kind: 'reactor' }, job })),
      staged: () => note({ what: 'acknowledged', run }),
      ...(completed < jobs.length && { failure: { error: new Error('halfway') } }),
    };
  },
});
process.once('SIGTERM', () => {
  void queue.drain().then(() => process.exit(0));
});
console.log('ready');
