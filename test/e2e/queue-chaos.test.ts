import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SystemClock } from '../../lib/clock/system-clock.js';
import { shardPrefix } from '../../lib/queue/redis/lane-keys.js';
import { redisQueue } from '../../lib/queue/redis/redis-queue.adapter.js';
import { lane, range } from '../contract/group-queue/group-queue-cases.js';
import { compile, type Compiled } from '../support/compile.js';
import { eventually } from '../support/eventually.js';
import { untruths } from '../support/queue-truth.js';
import { startTestRedis, type TestRedis } from '../support/redis-server.js';

const LEASE_MS = 1_000;
const WORKERS = 3;
const LANES = 20;
const JOBS_A_LANE = 150;
const STAGE_PAUSE_MS = 50;
const STRIKES = 16;
const STRIKE_PAUSE_MS = 400;
const STOPPED_MS = 1_500;
const SETTLE_TIMEOUT_MS = 60_000;

let compiled: Compiled;
let redis: TestRedis;
let started = 0;
const workers = new Set<ChildProcess>();

beforeAll(async () => {
  compiled = await compile('test/support/queue-worker.ts');
  redis = await startTestRedis({ appendonly: 'yes', appendfsync: 'always' });
});
afterAll(async () => {
  for (const worker of workers) worker.kill('SIGKILL');
  await Promise.all([compiled.remove(), redis.stop()]);
});

/** Both kinds of host share the lanes. */
async function startWorker(): Promise<void> {
  started += 1;
  const host = started % 2 === 0 ? 'native' : 'bullmq';
  const args = [join(compiled.path, 'test/support/queue-worker.js'), `${redis.port}`, `${LEASE_MS}`, host];
  const worker = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  workers.add(worker);
  worker.once('exit', () => workers.delete(worker));
  await Promise.race([once(worker.stdout, 'data'), once(worker, 'exit')]);
}

/** Kills or stops a worker, and sees that there are enough of them again. */
async function strike(): Promise<void> {
  const victim = [...workers][Math.floor(Math.random() * workers.size)];
  if (Math.random() < 0.6) {
    victim?.kill('SIGKILL');
    await startWorker();
  } else {
    victim?.kill('SIGSTOP');
    setTimeout(() => victim?.kill('SIGCONT'), STOPPED_MS);
  }
}

it('loses and reorders nothing while workers and the server are killed and stopped', { timeout: 120_000 }, async () => {
  const connection = { host: redis.host, port: redis.port };
  const queue = await redisQueue({ connection, stageTimeoutMs: 20_000 }).open({ clock: new SystemClock() });
  await Promise.all(Array.from({ length: WORKERS }, startWorker));
  const staged = (async () => {
    for (let sequence = 1; sequence <= JOBS_A_LANE; sequence += 1) {
      await queue.stage(Array.from({ length: LANES }, (_, index) => range(lane(`l${index}`), sequence)));
      await delay(STAGE_PAUSE_MS);
    }
  })();
  for (let strikes = 0; strikes < STRIKES; strikes += 1) {
    await delay(STRIKE_PAUSE_MS);
    if (strikes === STRIKES / 2) {
      await redis.kill();
      await delay(STRIKE_PAUSE_MS);
      await redis.start();
    }
    await strike();
  }
  await staged;
  await eventually(
    async () =>
      expect(await queue.depth()).toEqual({ jobs: 0, parkedJobs: 0, running: 0, parkedLanes: 0, deadLetters: 0 }),
    SETTLE_TIMEOUT_MS,
  );
  expect(await untruths(redis.client, shardPrefix('es', 'default', 0))).toEqual([]);
  const all = Array.from({ length: JOBS_A_LANE }, (_, index) => index + 1);
  for (const kind of ['fold', 'reactor']) {
    for (let index = 0; index < LANES; index += 1) {
      const seen = await redis.client.lrange(`seen ${kind} l${index}`, 0, -1);
      expect([...new Set(seen.map(Number))], `${kind} l${index}`).toEqual(all);
    }
  }
  await queue.drain();
});
