import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { Redis } from 'ioredis';
import { SystemClock } from '../../lib/clock/system-clock.js';
import type { EventRangeJob } from '../../lib/queue/job.js';
import type { StagedJob } from '../../lib/queue/staged-job.js';
import { redisQueue } from '../../lib/queue/redis/redis-queue.adapter.js';
import { silentLogger } from './silent-logger.js';

/** A worker process: writes what it handles into one list per lane, and stages a reaction to each range of a fold. */

Logger.overrideLogger(silentLogger);
const [port, leaseMs] = process.argv.slice(2, 4).map(Number) as [number, number];
const runBy = process.argv[4] as 'bullmq' | 'native';
const host = '127.0.0.1';

const log = new Redis({ host, port, maxRetriesPerRequest: null, connectionName: 'log' });
log.on('error', () => undefined);
const queue = await redisQueue({ connection: { host, port }, leaseMs, host: runBy }).open({ clock: new SystemClock() });
queue.consume({
  components: [
    { kind: 'fold', component: 'c@1' },
    { kind: 'reactor', component: 'c@1' },
  ],
  policy: () => ({
    maxBatchJobs: 5,
    maxAttempts: 5,
    backoffMs: 5,
    maxBackoffMs: 50,
    timeoutMs: 10_000,
    whenExhausted: 'park',
  }),
  handle: async ({ lane, jobs, signal }) => {
    await delay(2);
    signal.throwIfAborted();
    if (Math.random() < 0.01) throw new Error('hiccup');
    const ranges = jobs as readonly EventRangeJob[];
    await log.rpush(`seen ${lane.kind} ${lane.id}`, ...ranges.map(({ to }) => to));
    if (lane.kind === 'reactor') return { completed: jobs.length, followUps: [] };
    const followUps = ranges.map((job): StagedJob => ({ lane: { ...lane, kind: 'reactor' }, job }));
    return { completed: jobs.length, followUps };
  },
});
process.once('SIGTERM', () => {
  void queue.drain().then(() => process.exit(0));
});
console.log('ready');
