import { afterAll, beforeAll, expect, it } from 'vitest';
import { laneKey } from '../../../lib/queue/lane.js';
import { startTestRedis, type TestRedis } from '../../support/redis-server.js';
import { lane, range } from '../../../lib/testing/contract/group-queue/group-queue-cases.js';
import { EngineUnderTest } from './engine-under-test.js';

const HOUR_MS = 3_600_000;
const MOST = 100_000;
const PAGE = 10_000;

let redis: TestRedis;
beforeAll(async () => void (redis = await startTestRedis()));
afterAll(() => redis.stop());

const once = (id: string, forMs: number) => ({ ...range(lane(id, 'reactor'), 1), dedupe: { forMs } });

it('keeps windows until after the last one of a tenant is over', async () => {
  const worker = await EngineUnderTest.open(redis);
  const key = `${worker.prefix}windows:acme`;
  await worker.stage(once('a', HOUR_MS), once('b', 5));
  const ttlMs = await redis.client.pttl(key);
  expect(ttlMs).toBeGreaterThan(HOUR_MS);
  expect(ttlMs).toBeLessThanOrEqual(2 * HOUR_MS);
  await worker.stage(once('c', 2 * HOUR_MS));
  expect(await redis.client.pttl(key)).toBeGreaterThan(2 * HOUR_MS);
  expect(await redis.client.zcard(key)).toBe(3);
  await worker.expectTruth();
});

it('drops windows that are long over as new ones come', async () => {
  const worker = await EngineUnderTest.open(redis);
  const key = `${worker.prefix}windows:acme`;
  for (const id of ['old 1', 'old 2', 'old 3']) await redis.client.zadd(key, 1, laneKey(lane(id, 'reactor')));
  await worker.stage(once('a', HOUR_MS), once('b', HOUR_MS));
  expect(await redis.client.zrange(key, '0', '-1')).toEqual(['a', 'b'].map((id) => laneKey(lane(id, 'reactor'))));
});

it('has no more windows of a tenant than its bound; the first to end go', async () => {
  const worker = await EngineUnderTest.open(redis);
  const key = `${worker.prefix}windows:acme`;
  const end = Date.now() + HOUR_MS;
  for (let from = 0; from < MOST; from += PAGE) {
    const page = Array.from({ length: PAGE }, (_, index) => [end + from + index, `acme:${from + index}`]).flat();
    await redis.client.zadd(key, ...page);
  }
  await worker.stage(once('a', 2 * HOUR_MS));
  expect(await redis.client.zcard(key)).toBe(MOST);
  expect(await redis.client.zscore(key, 'acme:0')).toBeNull();
  expect(await worker.stage(once('a', 2 * HOUR_MS))).toEqual(['']);
  expect(await worker.size(lane('a', 'reactor'))).toBe(1);
});
