import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { SystemClock } from '../../../lib/clock/system-clock.js';
import type { GroupQueue } from '../../../lib/queue/group-queue.js';
import type { CommandJob } from '../../../lib/queue/job.js';
import { laneKey } from '../../../lib/queue/lane.js';
import { ForeignKeyError } from '../../../lib/queue/redis/foreign-key.error.js';
import { shardPrefix } from '../../../lib/queue/redis/lane-keys.js';
import { redisQueue } from '../../../lib/queue/redis/redis-queue.adapter.js';
import type { RedisQueueOptions } from '../../../lib/queue/redis/redis-queue-options.js';
import { eventually } from '../../support/eventually.js';
import { untruths } from '../../support/queue-truth.js';
import { startTestRedis, type TestRedis } from '../../support/redis-server.js';
import { silentLogger } from '../../support/silent-logger.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import {
  COMPONENTS,
  POLICY,
  command,
  lane,
  settled,
} from '../../../lib/testing/contract/group-queue/group-queue-cases.js';
import { EngineUnderTest, UNLIMITED } from './engine-under-test.js';

Logger.overrideLogger(silentLogger);

/** Far longer than a test: whoever waits for its end fails. */
const LONG_MS = 60_000;
const of = lane('a', 'command');
const { tenantId } = of;

let redis: TestRedis;
let name: string;
let prefix: string;
const queues: GroupQueue[] = [];
beforeAll(async () => void (redis = await startTestRedis()));
beforeEach(() => {
  name = randomUUID();
  prefix = shardPrefix('es', name, 0);
});
afterEach(async () => {
  vi.useRealTimers();
  for (const queue of queues.splice(0)) await queue.drain();
});
afterAll(() => redis.stop());

/** A process that consumes nothing. */
async function web(options: Partial<RedisQueueOptions> = {}, port = redis.port): Promise<GroupQueue> {
  const connection = { host: redis.host, port, reconnectWaitMs: 100 };
  const adapter = redisQueue({ connection, name, drainTimeoutMs: 50, ...options });
  const queue = await adapter.open({ clock: new SystemClock() });
  queues.push(queue);
  return queue;
}

/** A process that answers what it completes. */
async function worker(): Promise<GroupQueue> {
  const queue = await web();
  queue.consume({
    components: COMPONENTS,
    policy: () => ({ ...POLICY, maxBatchJobs: 100 }),
    handle: async ({ jobs, lane: { id } }) => ({
      completed: jobs.length,
      followUps: [],
      answers: (jobs as readonly CommandJob[]).map(({ receiptId }) => ({ id: receiptId, value: `answer of ${id}` })),
    }),
  });
  return queue;
}

/** Without it, who waits looks by himself only at the beginning, when told to, and after a reconnection. */
function noOwnLooks(): void {
  vi.useFakeTimers({ toFake: ['setInterval'] });
}

/** Connections that hear a channel. */
async function listeners(): Promise<number> {
  const clients = (await redis.client.client('LIST')) as string;
  return clients.split('\n').filter((client) => /\bsub=[1-9]/.test(client)).length;
}

async function reads(): Promise<number> {
  return Number(/cmdstat_hget:calls=(\d+)/.exec(await redis.client.info('commandstats'))?.[1] ?? 0);
}

/** As a worker elsewhere. */
async function answer(id: string, value: string): Promise<void> {
  await redis.client.hset(`${prefix}answers:${tenantId}`, id, value);
}

it('tells a process that only waits by a message, heard on one connection that is opened for the first wait', async () => {
  noOwnLooks();
  const queue = await web();
  await worker();
  expect(await listeners()).toBe(0);
  const before = await reads();
  for (const number of ['1', '2', '3']) {
    const waiting = queue.awaitAnswer(tenantId, `receipt-${number}`, LONG_MS);
    await eventually(async () => expect(await listeners()).toBe(1));
    await queue.stage([command(of, number)]);
    expect(await waiting).toBe('answer of a');
  }
  expect(await queue.awaitAnswer(tenantId, 'receipt-1', LONG_MS)).toBe('answer of a');
  // Per wait: one look at its beginning, of two keys, and one at the message; and one when the channel is first heard.
  expect((await reads()) - before).toBeLessThanOrEqual(4 * 3 + 2);
  expect(await untruths(redis.client, prefix)).toEqual([]);
});

it('reads what was answered while its connection to the channel was broken', async () => {
  noOwnLooks();
  const queue = await web();
  const waiting = queue.awaitAnswer(tenantId, '1', LONG_MS);
  await eventually(async () => expect(await listeners()).toBe(1));
  // In one step, so that nobody can hear of it.
  await redis.client
    .multi()
    .call('CLIENT', 'KILL', 'TYPE', 'pubsub')
    .hset(`${prefix}answers:${tenantId}`, '1', 'missed')
    .exec();
  expect(await waiting).toBe('missed');
});

it('hears again after its connection broke', async () => {
  noOwnLooks();
  const queue = await web();
  const first = queue.awaitAnswer(tenantId, 'receipt-1', LONG_MS);
  await eventually(async () => expect(await listeners()).toBe(1));
  await redis.client.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
  await eventually(async () => expect(await listeners()).toBe(1));
  await worker();
  await queue.stage([command(of, '1')]);
  expect(await first).toBe('answer of a');
});

it('looks by itself for what no message told', async () => {
  const queue = await web();
  const waiting = queue.awaitAnswer(tenantId, '1', LONG_MS);
  await eventually(async () => expect(await listeners()).toBe(1));
  await answer('1', 'untold');
  expect(await waiting).toBe('untold');
});

it('waits on while the server is away, and begins to wait', async () => {
  const queue = await web();
  const before = queue.awaitAnswer(tenantId, '1', LONG_MS);
  await eventually(async () => expect(await listeners()).toBe(1));
  await redis.kill();
  const meanwhile = queue.awaitAnswer(tenantId, '2', LONG_MS);
  try {
    expect(await queue.awaitAnswer(tenantId, '3', 300)).toBeUndefined();
  } finally {
    await redis.start();
  }
  await answer('1', 'one');
  await answer('2', 'two');
  expect(await Promise.all([before, meanwhile])).toEqual(['one', 'two']);
});

it('opens the channel again when it could not at first', async () => {
  const proxy = await TcpProxy.start(redis.port);
  try {
    const queue = await web({}, proxy.port);
    proxy.fate = (sent) => (sent.includes('subscribe') || sent.includes('info') ? 'lose' : 'pass');
    const waiting = queue.awaitAnswer(tenantId, 'receipt-1', LONG_MS);
    await eventually(() => expect(proxy.broken).toBeGreaterThan(0));
    expect(await listeners()).toBe(0);
    proxy.fate = 'pass';
    await eventually(async () => expect(await listeners()).toBe(1), 10_000);
    await worker();
    await queue.stage([command(of, '1')]);
    expect(await waiting).toBe('answer of a');
  } finally {
    await proxy.stop();
  }
});

it('lets others answer while it stops, and takes it', async () => {
  const queue = await web({ drainTimeoutMs: LONG_MS });
  await queue.stage([command(of, '1')]);
  const waiting = queue.awaitAnswer(tenantId, 'receipt-1', LONG_MS);
  const drained = queue.drain();
  await worker();
  expect(await waiting).toBe('answer of a');
  await drained;
});

it('takes and gives the answers of many batches at once', async () => {
  const queue = await web();
  const ids = Array.from({ length: 5_000 }, (_, index) => `${index}`);
  for (let from = 0; from < ids.length; from += 1_000) {
    const part = ids.slice(from, from + 1_000);
    await queue.stage(part.map((id, index) => command(lane(`l${index % 10}`, 'command'), id)));
  }
  const waiting = ids.map((id) => queue.awaitAnswer(tenantId, `receipt-${id}`, LONG_MS));
  await worker();
  const values = await Promise.all(waiting);
  expect(values).toEqual(ids.map((id) => `answer of l${Number(id) % 10}`));
  await settled(queue);
  expect(await untruths(redis.client, prefix)).toEqual([]);
});

it('keeps an answer in the step that acknowledges, and none under an old token', async () => {
  const engine = await EngineUnderTest.open(redis);
  await engine.stage(command(of, '1'));
  const [old] = await engine.claim();
  // As when its lease is over.
  await redis.client.zadd(`${engine.prefix}lease`, 1, laneKey(of));
  const [current] = await engine.claim();
  const kept = (): Promise<Record<string, string>> => redis.client.hgetall(`${engine.prefix}answers:${tenantId}`);
  await engine.turn({ ends: [engine.end(old!, { answers: [{ id: '1', value: 'late' }] })] });
  expect(await kept()).toEqual({});
  expect(await engine.size(of)).toBe(1);
  // Nothing was acknowledged, so it is delivered again, and answered then.
  const end = engine.end(current!, { answers: [{ id: '1', value: 'in time' }] });
  const calls = await redis.client.info('commandstats');
  await engine.turn({ ends: [end] });
  const scripts = (stats: string): number => Number(/cmdstat_evalsha:calls=(\d+)/.exec(stats)![1]);
  expect(scripts(await redis.client.info('commandstats')) - scripts(calls)).toBe(1);
  expect([await kept(), await engine.size(of)]).toEqual([{ 1: 'in time' }, 0]);
  // Told twice, as when the first answer of the server got lost.
  expect((await engine.turn({ ends: [end] })).lost).toEqual([laneKey(of)]);
  expect(await kept()).toEqual({ 1: 'in time' });
  await engine.expectTruth();
});

it('costs a batch without answers nothing', async () => {
  const engine = await EngineUnderTest.open(redis);
  await engine.stage(command(of, '1'));
  const [claim] = await engine.claim();
  const before = await redis.client.info('commandstats');
  await engine.turn({ ends: [engine.end(claim!)] });
  const after = await redis.client.info('commandstats');
  for (const used of ['pttl', 'publish', 'hlen', 'pexpire']) {
    const calls = (stats: string): string | undefined => new RegExp(`cmdstat_${used}:calls=(\\d+)`).exec(stats)?.[1];
    expect(calls(after)).toBe(calls(before));
  }
});

it('holds two generations of a tenant at most, each for a bounded time', async () => {
  const MOST = 10;
  const engine = await EngineUnderTest.open(redis, 30_000, { ...UNLIMITED, answersKeptPerTenant: MOST });
  const sizes: number[] = [];
  for (let number = 1; number <= 35; number += 1) {
    await engine.stage(command(of, `${number}`));
    const [claim] = await engine.claim();
    await engine.turn({ ends: [engine.end(claim!, { answers: [{ id: `${number}`, value: 'x' }] })] });
    const keys = ['answers', 'older-answers'].map((key) => `${engine.prefix}${key}:${tenantId}`);
    const [current, older] = await Promise.all(keys.map((key) => redis.client.hlen(key)));
    sizes.push(current! + older!);
    await engine.expectTruth();
  }
  expect(Math.max(...sizes)).toBeLessThan(2 * MOST);
  expect(sizes.slice(MOST).every((size) => size >= MOST)).toBe(true);
  const ttl = await redis.client.pttl(`${engine.prefix}answers:${tenantId}`);
  expect(ttl).toBeLessThanOrEqual(2 * UNLIMITED.answersKeptMs);
});

it('begins a generation when the current one is so old that new answers would go too early', async () => {
  const engine = await EngineUnderTest.open(redis);
  const [current, older] = ['answers', 'older-answers'].map((key) => `${engine.prefix}${key}:${tenantId}`);
  const answered = async (id: string): Promise<void> => {
    await engine.stage(command(of, id));
    const [claim] = await engine.claim();
    await engine.turn({ ends: [engine.end(claim!, { answers: [{ id, value: 'x' }] })] });
  };
  await answered('1');
  await answered('2');
  const { answersKeptMs } = UNLIMITED;
  expect(await redis.client.pttl(current!)).toBeGreaterThan(answersKeptMs);
  // As when that time has passed.
  await redis.client.pexpire(current!, answersKeptMs - 1);
  await answered('3');
  expect([await redis.client.hkeys(older!), await redis.client.hkeys(current!)]).toEqual([['1', '2'], ['3']]);
  expect(await redis.client.pttl(older!)).toBeLessThan(answersKeptMs);
  expect(await redis.client.pttl(current!)).toBeGreaterThan(answersKeptMs);
  await engine.expectTruth();
});

it('acknowledges although the answers have no place, and says so to whoever asks', async () => {
  const queue = await worker();
  await redis.client.set(`${prefix}answers:${tenantId}`, 'not ours');
  await queue.stage([command(of, '1')]);
  await settled(queue);
  await expect(queue.answer(tenantId, 'receipt-1')).rejects.toBeInstanceOf(ForeignKeyError);
  expect(await queue.awaitAnswer(tenantId, 'receipt-1', 50)).toBeUndefined();
  expect(await queue.depth()).toMatchObject({ jobs: 0, deadLetters: 0 });
});
