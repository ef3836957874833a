import { randomUUID } from 'node:crypto';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { BullModule, BullRegistrar, getQueueToken, OnWorkerEvent, Processor, WorkerHost } from '@nestjs/bullmq';
import { type INestApplicationContext, Logger, Module } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import type { Queue } from 'bullmq';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { redisQueue } from '../../lib/queue/redis/redis-queue.adapter.js';
import type { RecurringJob } from '../../lib/recurring-jobs/recurring-job.js';
import { RecurringJobs } from '../../lib/recurring-jobs/recurring-jobs.js';
import { RecurringJobsProcessor } from '../../lib/recurring-jobs/redis/recurring-jobs.processor.js';
import { RECURRING_JOBS_QUEUE } from '../../lib/redis.js';
import { compile, type Compiled } from '../support/compile.js';
import { eventually } from '../support/eventually.js';
import { gate } from '../support/gate.js';
import { recurringJobsApp } from '../support/recurring-jobs-app.js';
import { startTestRedis, type TestRedis } from '../support/redis-server.js';
import { silentLogger } from '../support/silent-logger.js';

Logger.overrideLogger(silentLogger);

const INTERVAL_MS = 50;
const LONG_MS = 120_000;
const LEASE_MS = 1_000;
const SETTLE_MS = 45_000;

let redis: TestRedis;
let name: string;
let apps: INestApplicationContext[];
beforeAll(async () => void (redis = await startTestRedis()));
afterAll(() => redis.stop());
beforeEach(async () => {
  await redis.flush();
  name = randomUUID();
  apps = [];
});
afterEach(async () => {
  for (const app of apps) await close(app);
});

async function close(app: INestApplicationContext): Promise<void> {
  await app.get(RecurringJobs).drain();
  await app.close();
}

/** What one process has. */
async function opened(imports: readonly object[] = []): Promise<INestApplicationContext> {
  const connection = { host: redis.host, port: redis.port };
  const app = await recurringJobsApp(redisQueue({ connection, name, leaseMs: LEASE_MS }), imports);
  apps.push(app);
  return app;
}

function start(app: INestApplicationContext, run: RecurringJob['run'], rest: Partial<RecurringJob> = {}): void {
  app.get(RecurringJobs).start([{ name: 'tick', intervalMs: INTERVAL_MS, timeoutMs: LONG_MS, run, ...rest }]);
}

const queueOf = (app: INestApplicationContext): Queue =>
  app.get<Queue>(getQueueToken(RECURRING_JOBS_QUEUE), { strict: false });

/** Connections of the library, and not of the test. */
async function connections(): Promise<readonly string[]> {
  const list = (await redis.client.client('LIST')) as string;
  return list.split('\n').filter((line) => line.includes('name=event-sourcing-nestjs') || line.includes('name={'));
}

describe('several processes', () => {
  it('run a job in one of them at a time, and go on when one of them stops', async () => {
    let [running, most] = [0, 0];
    const runs = [0, 0];
    const processes = [await opened(), await opened()];
    for (const [index, app] of processes.entries()) {
      start(app, async () => {
        most = Math.max(most, (running += 1));
        await delay(INTERVAL_MS * 2);
        running -= 1;
        runs[index]! += 1;
      });
    }
    await eventually(() => expect(runs[0]! + runs[1]!).toBeGreaterThan(5), SETTLE_MS);
    expect(most).toBe(1);
    await processes[0]!.get(RecurringJobs).drain();
    const [, before] = runs;
    await eventually(() => expect(runs[1]!).toBeGreaterThan(before! + 2), SETTLE_MS);
  });

  it('let pass a job that they do not know, for one that does', async () => {
    let runs = 0;
    const newer = await opened();
    start(await opened(), async () => undefined, { name: 'old' });
    start(newer, async () => void (runs += 1), { name: 'new' });
    await eventually(() => expect(runs).toBeGreaterThan(3), SETTLE_MS);
  });
});

it('tells the log what goes wrong with a worker that does not run yet, and writes nothing else', async () => {
  const app = await opened();
  const modules = [...app.get(ModulesContainer).values()];
  const found = modules.flatMap(({ providers }) => [...providers.values()]).map(({ instance }) => instance as unknown);
  const processor = found.find((one) => one instanceof RecurringJobsProcessor)!;
  const warned = vi.spyOn(Logger.prototype, 'warn');
  const written = vi.spyOn(console, 'error').mockReturnValue();
  try {
    processor.worker.emit('error', new Error('away'));
    expect(written).not.toHaveBeenCalled();
    expect(warned).toHaveBeenCalledWith({ message: 'Recurring jobs may wait', error: 'Error: away' });
  } finally {
    vi.restoreAllMocks();
  }
});

describe('a process that is killed in a run', () => {
  let compiled: Compiled;
  beforeAll(async () => void (compiled = await compile('test/support/recurring-jobs-main.ts')));
  afterAll(() => compiled.remove());

  it('is followed by another, long before the next interval', async () => {
    const main = join(compiled.path, 'test/support/recurring-jobs-main.js');
    const args = [redis.port, LEASE_MS, LONG_MS].map(String);
    const children = await Promise.all(
      [1, 2, 3].map(async () => {
        const child = fork(main, args, { timeout: LONG_MS, killSignal: 'SIGKILL' });
        await once(child, 'message');
        return child;
      }),
    );
    try {
      // Twice, since BullMQ gives up a job that is not of a schedule at its second loss.
      for (let kills = 0; kills < 2; kills += 1) {
        const runs = await eventually(async () => {
          const pids = await redis.client.lrange('runs', 0, -1);
          expect(pids).toHaveLength(kills + 1);
          return pids;
        }, SETTLE_MS);
        children.find(({ pid }) => `${pid}` === runs.at(-1))!.kill('SIGKILL');
      }
      await eventually(async () => {
        const pids = await redis.client.lrange('runs', 0, -1);
        expect(new Set(pids).size).toBe(3);
      }, SETTLE_MS);
    } finally {
      for (const child of children) child.kill('SIGKILL');
    }
  });
});

describe('a server', () => {
  it('that has forgotten everything gets the schedules back, and the rule of one at a time', async () => {
    let runs = 0;
    const app = await opened();
    start(app, async () => void (runs += 1));
    await eventually(() => expect(runs).toBeGreaterThan(1), SETTLE_MS);
    await redis.flush();
    const before = runs;
    await eventually(() => expect(runs).toBeGreaterThan(before + 3), SETTLE_MS);
    expect(await queueOf(app).getGlobalConcurrency()).toBe(1);
  });

  it('that was away and has lost everything gets them back as well', async () => {
    let runs = 0;
    start(await opened(), async () => void (runs += 1));
    await eventually(() => expect(runs).toBeGreaterThan(1), SETTLE_MS);
    await redis.restart('lost');
    const before = runs;
    await eventually(() => expect(runs).toBeGreaterThan(before + 3), SETTLE_MS);
  });

  it('that is away keeps no process from ending, even in the middle of a run', async () => {
    const began = gate();
    const app = await opened();
    start(app, async (signal) => {
      began.open();
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    });
    await began.opened;
    await redis.kill();
    try {
      await close(app);
      apps.pop();
    } finally {
      await redis.start();
    }
  });

  it('with a schedule that a wrong clock has put far away gets it anew', async () => {
    let runs = 0;
    const app = await opened();
    const far = new Date(Date.now() + LONG_MS * 100);
    await queueOf(app).upsertJobScheduler('tick', { every: INTERVAL_MS, startDate: far });
    start(app, async () => void (runs += 1));
    await eventually(() => expect(runs).toBeGreaterThan(1), SETTLE_MS);
  });

  it('in cluster mode has all keys in one slot', async () => {
    const cluster = await startTestRedis({ 'cluster-enabled': 'yes' });
    try {
      let runs = 0;
      const connection = { host: cluster.host, port: cluster.port };
      const app = await recurringJobsApp(redisQueue({ connection, name }));
      start(app, async () => void (runs += 1));
      await eventually(() => expect(runs).toBeGreaterThan(3), SETTLE_MS);
      await close(app);
    } finally {
      await cluster.stop();
    }
  });

  it('keeps a bounded number of what is over', async () => {
    let runs = 0;
    const app = await opened();
    start(app, async () => void (runs += 1), { intervalMs: 5 });
    await eventually(() => expect(runs).toBeGreaterThan(150), SETTLE_MS);
    const queue = queueOf(app);
    const counts = await queue.getJobCounts('completed', 'delayed', 'waiting', 'active');
    expect(counts['completed']).toBeLessThanOrEqual(10);
    expect(counts['delayed']! + counts['waiting']! + counts['active']!).toBeLessThanOrEqual(2);
    // BullMQ trims its stream by whole nodes, of a hundred entries.
    expect(await redis.client.xlen(queue.toKey('events'))).toBeLessThanOrEqual(300);
  });
});

describe('a process', () => {
  it('has two connections, one of which waits, and none when it has ended', async () => {
    const app = await opened();
    let runs = 0;
    start(app, async () => void (runs += 1));
    await eventually(() => expect(runs).toBeGreaterThan(1), SETTLE_MS);
    expect(await connections()).toHaveLength(2);
    await close(app);
    apps.pop();
    await eventually(async () => expect(await connections()).toEqual([]));
  });
});

describe('beside queues of the application', () => {
  const OWN_QUEUE = 'own';

  it('takes part in its BullModule, and leaves its queues and settings alone', async () => {
    const done: string[] = [];
    const finished: string[] = [];
    @Processor(OWN_QUEUE)
    class OwnProcessor extends WorkerHost {
      async process(job: { readonly name: string }): Promise<void> {
        done.push(job.name);
      }

      @OnWorkerEvent('completed')
      completed(job: { readonly name: string }): void {
        finished.push(job.name);
      }
    }
    const connection = { host: redis.host, port: redis.port };
    @Module({
      imports: [
        BullModule.forRoot({ connection, prefix: 'theirs', defaultJobOptions: { removeOnComplete: 1 } }),
        BullModule.registerQueue({ name: OWN_QUEUE }),
      ],
      providers: [OwnProcessor],
    })
    class OwnModule {}
    const app = await opened([OwnModule]);
    let runs = 0;
    start(app, async () => void (runs += 1));
    const own = app.get<Queue>(getQueueToken(OWN_QUEUE), { strict: false });
    await own.add('a', {});
    await own.add('b', {});
    await eventually(() => expect(finished).toEqual(['a', 'b']), SETTLE_MS);
    expect(done).toEqual(['a', 'b']);
    await eventually(() => expect(runs).toBeGreaterThan(2), SETTLE_MS);
    const keys = await redis.client.keys('*');
    const ours = keys.filter((key) => key.includes(RECURRING_JOBS_QUEUE));
    expect(ours.filter((key) => !key.startsWith(`{es:${name}}:`))).toEqual([]);
    expect(keys.filter((key) => !ours.includes(key) && !key.startsWith('theirs:'))).toEqual([]);
  });

  it('waits where the application registers its processors by hand', async () => {
    @Module({ imports: [BullModule.forRoot({ connection: {}, extraOptions: { manualRegistration: true } })] })
    class ByHandModule {}
    const app = await opened([ByHandModule]);
    let runs = 0;
    start(app, async () => void (runs += 1));
    await eventually(async () => expect(await queueOf(app).getJobSchedulersCount()).toBe(1), SETTLE_MS);
    expect(runs).toBe(0);
    app.get(BullRegistrar, { strict: false }).register();
    await eventually(() => expect(runs).toBeGreaterThan(1), SETTLE_MS);
  });
});
