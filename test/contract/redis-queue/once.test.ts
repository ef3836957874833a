import { afterAll, beforeAll, expect, it } from 'vitest';
import { lane, range } from '../../../lib/testing/contract/group-queue/group-queue-cases.js';
import { startTestRedis, type TestRedis } from '../../support/redis-server.js';
import { EngineUnderTest } from './engine-under-test.js';

const HOUR_MS = 3_600_000;
const MOST = 100_000;
const PAGE = 10_000;

let redis: TestRedis;
beforeAll(async () => void (redis = await startTestRedis()));
afterAll(() => redis.stop());

const job = range(lane('a', 'reactor'), 1);
const once = (key: string, forMs: number) => ({ key, value: `value of ${key}`, forMs });

it('keeps keys until after the last one of a tenant is over, and takes a flush that is sent twice once', async () => {
  const worker = await EngineUnderTest.open(redis);
  const [times, values] = [`${worker.prefix}once:acme`, `${worker.prefix}once-values:acme`];
  expect(await worker.stageOnce(job, once('a', 2 * HOUR_MS))).toBe('');
  expect(await worker.stageOnce(job, once('b', 5))).toBe('');
  expect(await worker.stageOnce(job, once('a', HOUR_MS))).toBe('=value of a');
  for (const key of [times, values]) {
    const ttlMs = await redis.client.pttl(key);
    expect(ttlMs).toBeGreaterThan(2 * HOUR_MS);
    expect(ttlMs).toBeLessThanOrEqual(3 * HOUR_MS);
  }
  expect(await redis.client.hgetall(values)).toEqual({ a: 'value of a', b: 'value of b' });
  expect(await worker.size(job.lane)).toBe(2);
  await worker.expectTruth();
});

it('drops keys that are long over as new ones come', async () => {
  const worker = await EngineUnderTest.open(redis);
  const [times, values] = [`${worker.prefix}once:acme`, `${worker.prefix}once-values:acme`];
  for (const key of ['old-1', 'old-2', 'old-3']) {
    await redis.client.zadd(times, 1, key);
    await redis.client.hset(values, key, 'x');
  }
  for (const key of ['a', 'b']) await worker.stageOnce(job, once(key, HOUR_MS));
  expect(await redis.client.zrange(times, '0', '-1')).toEqual(['a', 'b']);
  expect(Object.keys(await redis.client.hgetall(values)).toSorted()).toEqual(['a', 'b']);
});

it('has no more keys of a tenant than its bound; the first to end go', async () => {
  const worker = await EngineUnderTest.open(redis);
  const [times, values] = [`${worker.prefix}once:acme`, `${worker.prefix}once-values:acme`];
  const end = Date.now() + HOUR_MS;
  for (let from = 0; from < MOST; from += PAGE) {
    const keys = Array.from({ length: PAGE }, (_, index) => from + index);
    await redis.client.zadd(times, ...keys.flatMap((n) => [end + n, `k${n}`]));
    await redis.client.hset(values, ...keys.flatMap((n) => [`k${n}`, 'x']));
  }
  expect(await worker.stageOnce(job, once('a', 2 * HOUR_MS))).toBe('');
  expect([await redis.client.zcard(times), await redis.client.hlen(values)]).toEqual([MOST, MOST]);
  expect(await worker.stageOnce(job, once('k1', HOUR_MS))).toBe('=x');
  expect(await worker.stageOnce(job, once('k0', HOUR_MS))).toBe('');
});
