import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { SystemClock } from '../../../lib/clock/system-clock.js';
import type { GroupQueue } from '../../../lib/queue/group-queue.js';
import { laneKey } from '../../../lib/queue/lane.js';
import { shardPrefix } from '../../../lib/queue/redis/lane-keys.js';
import { QueueUnavailableError } from '../../../lib/queue/redis/queue-unavailable.error.js';
import { redisQueue } from '../../../lib/queue/redis/redis-queue.adapter.js';
import type { RedisQueueOptions } from '../../../lib/queue/redis/redis-queue-options.js';
import { RedisUnsuitableError } from '../../../lib/redis/redis-unsuitable.error.js';
import { RedisUnreachableError } from '../../../lib/redis/redis-unreachable.error.js';
import { eventually } from '../../support/eventually.js';
import { gate } from '../../support/gate.js';
import { startTestRedis, type TestRedis } from '../../support/redis-server.js';
import { silentLogger } from '../../support/silent-logger.js';
import {
  COMPONENTS,
  POLICY,
  command,
  done,
  lane,
  range,
  sequenceOf,
  settled,
} from '../../../lib/testing/contract/group-queue/group-queue-cases.js';
import { EngineUnderTest, UNLIMITED } from './engine-under-test.js';

Logger.overrideLogger(silentLogger);

const STAGE_TIMEOUT_MS = 300;

let redis: TestRedis;
const queues: GroupQueue[] = [];
beforeAll(async () => void (redis = await startTestRedis()));
afterEach(async () => {
  for (const queue of queues.splice(0)) await queue.drain();
});
afterAll(() => redis.stop());

async function open(options: Partial<RedisQueueOptions> = {}): Promise<GroupQueue> {
  const { host, port } = redis;
  const connection = { host, port, reconnectWaitMs: 100 };
  const adapter = redisQueue({ connection, name: randomUUID(), stageTimeoutMs: STAGE_TIMEOUT_MS, ...options });
  const queue = await adapter.open({ clock: new SystemClock() });
  queues.push(queue);
  return queue;
}

function consume(queue: GroupQueue, seen: number[]): void {
  queue.consume({
    components: COMPONENTS,
    policy: () => POLICY,
    handle: async (batch) => {
      seen.push(...batch.jobs.map(sequenceOf));
      return done(batch);
    },
  });
}

it('loads its scripts again after the server has forgotten them', async () => {
  const queue = await open();
  const seen: number[] = [];
  consume(queue, seen);
  await queue.stage([range(lane('a'), 1)]);
  await settled(queue);
  await redis.client.script('FLUSH');
  await queue.stage([range(lane('a'), 2)]);
  await settled(queue);
  expect(seen).toEqual([1, 2]);
});

it('goes on by itself after the server was killed and came back, with all that it was given', async () => {
  const queue = await open({ stageTimeoutMs: 10_000 });
  const seen: number[] = [];
  await queue.stage([range(lane('a'), 1)]);
  await redis.restart('kept');
  consume(queue, seen);
  await queue.stage([range(lane('a'), 2)]);
  await redis.restart('kept');
  await queue.stage([range(lane('a'), 3)]);
  await eventually(() => expect(new Set(seen)).toEqual(new Set([1, 2, 3])), 20_000);
});

it('goes on with new work after the server has forgotten everything', async () => {
  const queue = await open();
  const seen: number[] = [];
  const started = gate();
  const flushed = gate();
  queue.consume({
    components: COMPONENTS,
    policy: () => POLICY,
    handle: async (batch) => {
      seen.push(...batch.jobs.map(sequenceOf));
      started.open();
      await flushed.opened;
      return done(batch);
    },
  });
  await queue.stage([range(lane('a'), 1), range(lane('a'), 2)]);
  await started.opened;
  await redis.flush();
  await queue.stage([range(lane('a'), 3), range(lane('b'), 4)]);
  flushed.open();
  await settled(queue);
  expect(seen.toSorted()).toEqual([1, 2, 3, 4]);
});

it('says that the server is away, also to those who wait behind others', async () => {
  const queue = await open();
  await redis.kill();
  try {
    const calls = Array.from({ length: 3 }, (_, index) => queue.stage([range(lane('a'), index + 1)]));
    for (const call of calls) await expect(call).rejects.toBeInstanceOf(QueueUnavailableError);
    queue.stage([range(lane('a'), 4)]).catch(() => undefined);
  } finally {
    await redis.start();
  }
});

it('takes a flush that is sent twice once, and tells the second the answer of the first', async () => {
  const worker = await EngineUnderTest.open(redis, 30_000, { ...UNLIMITED, maxWaitingCommands: 1 });
  const jobs = [command(lane('a', 'command'), '1')];
  expect(await worker.flush(1, jobs)).toEqual(['']);
  expect(await worker.flush(1, jobs)).toEqual(['']);
  expect(await worker.flush(2, jobs)).toEqual(['maxWaitingCommands']);
  expect(await worker.size(lane('a', 'command'))).toBe(1);
  await worker.expectTruth();
});

it('takes no flush before its predecessor, and answers both again when they are sent again', async () => {
  const worker = await EngineUnderTest.open(redis);
  const jobs = [1, 2, 3].map((sequence) => [range(lane('a'), sequence)]);
  await worker.flush(1, jobs[0]!);
  await expect(worker.flush(3, jobs[2]!, 2)).rejects.toThrow(/TRYAGAIN/);
  expect(await worker.flush(2, jobs[1]!, 2)).toEqual(['']);
  expect(await worker.flush(3, jobs[2]!, 2)).toEqual(['']);
  expect(await worker.flush(2, jobs[1]!, 2)).toEqual(['']);
  expect(await worker.flush(3, jobs[2]!, 2)).toEqual(['']);
  const [claim] = await worker.claim();
  expect(claim!.entries.map((entry) => entry.split(' ')[0])).toEqual(['F1', 'F2', 'F3']);
  await worker.expectTruth();
});

it('takes a flush whose predecessors were given up, or forgotten with everything else', async () => {
  const worker = await EngineUnderTest.open(redis);
  await worker.flush(1, [range(lane('a'), 1)]);
  expect(await worker.flush(3, [range(lane('a'), 3)])).toEqual(['']);
  await redis.flush();
  await expect(worker.flush(5, [range(lane('a'), 5)], 4)).rejects.toThrow(/TRYAGAIN/);
  expect(await worker.flush(5, [range(lane('a'), 5)])).toEqual(['']);
});

it('takes no flush that comes again long after it was answered, as over a connection that was slow to break', async () => {
  const worker = await EngineUnderTest.open(redis);
  const jobs = [1, 2, 3].map((sequence) => [range(lane('a'), sequence)]);
  for (const [index, some] of jobs.entries()) await worker.flush(index + 1, some);
  await worker.flush(1, jobs[0]!);
  await worker.flush(3, jobs[2]!);
  expect(await worker.size(lane('a'))).toBe(3);
  await worker.expectTruth();
});

it('keeps order, and takes each job once, while the connection breaks again and again', async () => {
  const name = randomUUID();
  const queue = await open({ name, stageTimeoutMs: 30_000 });
  const jobs = 3_000;
  let [cuts, rounds] = [0, 0];
  const stageRound = (): Promise<unknown> =>
    Promise.all(
      Array.from({ length: jobs }, async (_, index) => {
        // In many turns of the event loop, so that many flushes are under way when it breaks.
        for (let turn = 0; turn < index / 40; turn += 1) await new Promise(setImmediate);
        await queue.stage([range(lane('a'), rounds * jobs + index + 1)]);
      }),
    );
  const isCutEnough = (): boolean => cuts > 3;
  const staged = (async () => {
    for (; !isCutEnough(); rounds += 1) await stageRound();
  })();
  while ((await Promise.race([staged, Promise.resolve('under way')])) === 'under way') {
    cuts += 1;
    await redis.client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await delay(20 + Math.random() * 60);
  }
  await staged;
  const entries = await redis.client.lrange(`${shardPrefix('es', name, 0)}lane:${laneKey(lane('a'))}`, 0, -1);
  const ranges = entries.map((entry) => entry.slice(1).split(' ').slice(0, 2).map(Number));
  let next = 1;
  for (const [from, to] of ranges) {
    expect(from).toBe(next);
    next = to! + 1;
  }
  expect(next).toBe(rounds * jobs + 1);
});

it('refuses new jobs while the server is short of memory, takes none of them, and still acknowledges', async () => {
  const worker = await EngineUnderTest.open(redis);
  await worker.stage(range(lane('a'), 1), range(lane('a'), 2));
  const [claim] = await worker.claim();
  await redis.client.config('SET', 'maxmemory', '1');
  try {
    await expect(worker.stage(range(lane('b'), 1))).rejects.toThrow(/OOM/);
    await worker.turn({ ends: [worker.end(claim!)] });
    const queue = await open();
    await expect(queue.stage([range(lane('b'), 1)])).rejects.toBeInstanceOf(QueueUnavailableError);
  } finally {
    await redis.client.config('SET', 'maxmemory', '0');
  }
  expect([await worker.size(lane('a')), await worker.size(lane('b'))]).toEqual([1, 0]);
  await worker.expectTruth();
});

it('waits for a server that only reads, and stages once it writes again', async () => {
  const queue = await open({ stageTimeoutMs: 5_000 });
  await redis.client.replicaof('127.0.0.1', 1);
  const staged = queue.stage([range(lane('a'), 1)]);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(await Promise.race([staged.then(() => 'staged'), 'waiting'])).toBe('waiting');
  await redis.client.replicaof('NO', 'ONE');
  await staged;
  expect(await queue.depth()).toMatchObject({ jobs: 1 });
});

it('does not open on a server that may evict keys unless it is told to, and on none at all', async () => {
  const warn = vi.spyOn(Logger.prototype, 'warn');
  await redis.client.config('SET', 'maxmemory-policy', 'allkeys-lru');
  try {
    await expect(open()).rejects.toBeInstanceOf(RedisUnsuitableError);
    expect(warn).not.toHaveBeenCalled();
    const queue = await open({ allowEviction: true });
    await queue.stage([range(lane('a'), 1)]);
    expect(await queue.depth()).toMatchObject({ jobs: 1 });
    expect(warn).toHaveBeenCalledWith(expect.objectContaining({ problem: expect.stringMatching(/allkeys-lru/) }));
  } finally {
    warn.mockRestore();
    await redis.client.config('SET', 'maxmemory-policy', 'noeviction');
  }
  await expect(open({ connection: { host: '127.0.0.1', port: 1 } })).rejects.toBeInstanceOf(RedisUnreachableError);
});

it('does not open with a wrong password', async () => {
  await redis.client.config('SET', 'requirepass', 'right');
  try {
    const connection = { host: redis.host, port: redis.port, password: 'wrong' };
    await expect(open({ connection })).rejects.toBeInstanceOf(RedisUnreachableError);
  } finally {
    await redis.client.config('SET', 'requirepass', '');
  }
});
