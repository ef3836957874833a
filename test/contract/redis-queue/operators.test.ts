import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { RedisQueueControl } from '../../../lib/queue/redis/redis-queue-control.js';
import { startTestRedis, type TestRedis } from '../../support/redis-server.js';
import { lane, range } from '../group-queue/group-queue-cases.js';
import { EngineUnderTest } from './engine-under-test.js';

const LEASE_MS = 100;
const note = { by: 'ann', reason: 'test' };
const FAILED = { step: 'wait', completed: 0, failures: 1, error: '{"error":"no","at":1}' } as const;
const a = lane('a');

let redis: TestRedis;
beforeAll(async () => void (redis = await startTestRedis()));
afterAll(() => redis.stop());

async function controlOf(worker: EngineUnderTest): Promise<RedisQueueControl> {
  return new RedisQueueControl(await redis.connect(), worker.prefix);
}

/** Brings a failing lane to where it stands. */
const ways: Readonly<Record<'waiting' | 'ready' | 'suspect', (worker: EngineUnderTest) => Promise<void>>> = {
  waiting: async (worker) => {
    const [claim] = await worker.claim();
    await worker.turn({ ends: [worker.end(claim!, { ...FAILED, delayMs: 60_000 })] });
  },
  ready: async (worker) => {
    const [claim] = await worker.claim();
    await worker.turn({ ends: [worker.end(claim!, FAILED)] });
    await worker.turn({});
  },
  suspect: async (worker) => {
    await ways.ready(worker);
    expect(await worker.claim()).toHaveLength(1);
    await delay(LEASE_MS * 2);
    await worker.turn({});
  },
};

it.each(
  (['waiting', 'ready', 'suspect'] as const).flatMap((place) =>
    (['retryLane', 'skipJob', 'discardJob'] as const).map((action) => ({ place, action })),
  ),
)('$action takes a failing lane out of where it stands: $place', async ({ place, action }) => {
  const worker = await EngineUnderTest.open(redis, LEASE_MS);
  const control = await controlOf(worker);
  await worker.stage(range(a, 1));
  await ways[place](worker);
  const status = place === 'waiting' ? 'waiting' : 'ready';
  expect(await control.failingLanes()).toMatchObject([{ lane: a, status, attempts: 1 }]);
  await worker.expectTruth();
  expect(await control[action](a, note)).toBe(true);
  await worker.expectTruth();
  expect(await control.failingLanes()).toEqual([]);
  const claims = await worker.claim();
  expect(claims).toMatchObject(action === 'retryLane' ? [{ failures: 0, suspect: false }] : []);
  await worker.turn({ ends: claims.map((claim) => worker.end(claim)) });
  expect(await worker.size(a)).toBe(0);
  await worker.expectTruth();
});
