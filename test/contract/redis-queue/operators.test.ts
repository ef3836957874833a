import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { laneKey } from '../../../lib/queue/lane.js';
import type { QueueUsage } from '../../../lib/queue/queue-usage.js';
import { RedisQueueControl } from '../../../lib/queue/redis/redis-queue-control.js';
import { startTestRedis, type TestRedis } from '../../support/redis-server.js';
import { lane, range } from '../../../lib/testing/contract/group-queue/group-queue-cases.js';
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

/** By the states of the lanes: since when the longest ready one of each tenant and component has been so; ms. */
async function readySince(
  worker: EngineUnderTest,
): Promise<Readonly<Record<'tenant' | 'component', Map<string, number>>>> {
  const since = { tenant: new Map<string, number>(), component: new Map<string, number>() };
  for (const [name, state] of Object.entries(await redis.client.hgetall(`${worker.prefix}state`))) {
    const [, ms] = /^[rs](\d+)$/.exec(state) ?? [];
    if (ms === undefined) continue;
    const [tenant, kind, component] = name.split(':');
    for (const [sums, key] of [
      [since.tenant, tenant!],
      [since.component, `${kind}:${component}`],
    ] as const) {
      sums.set(key, Math.min(sums.get(key) ?? Infinity, Number(ms)));
    }
  }
  return since;
}

async function serverTime(): Promise<number> {
  const [seconds, micros] = await redis.client.time();
  return Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000);
}

it('says for how long lanes have been ready as their states do, of however many tenants, and of suspects', async () => {
  const worker = await EngineUnderTest.open(redis, LEASE_MS);
  const control = await controlOf(worker);
  await worker.stage(range(lane('s', 'fold', 't3'), 1), range(lane('s', 'map', 'only'), 1));
  expect(await worker.claim()).toHaveLength(2);
  await delay(LEASE_MS * 2);
  await worker.turn({});
  for (let round = 0; round < 3; round += 1) {
    for (const kind of ['fold', 'map', 'reactor'] as const) {
      // The later a tenant in the ring, the older.
      const tenants = Array.from({ length: 250 }, (_, index) => `t${index}`);
      await worker.stage(...tenants.map((tenant) => range(lane(`${round}`, kind, tenant), 1)));
      await delay(3);
    }
    const claims = await worker.claim(3, { maySuspect: false });
    await worker.turn({ ends: claims.map((claim) => worker.end(claim)) });
  }
  const from = await serverTime();
  const [byTenant, byComponent] = [await control.usageByTenant(), await control.usageByComponent()];
  const to = await serverTime();
  const since = await readySince(worker);
  expect(since.tenant.size).toBe(251);
  expect(byTenant.size).toBe(251);
  for (const [found, expected] of [
    [byTenant, since.tenant],
    [byComponent, since.component],
  ] as const) {
    for (const [key, { longestReadyMs }] of found as ReadonlyMap<string, QueueUsage>) {
      expect(longestReadyMs, key).toBeGreaterThanOrEqual(from - expected.get(key)!);
      expect(longestReadyMs, key).toBeLessThanOrEqual(to - expected.get(key)!);
    }
  }
  await worker.expectTruth();
});

it('knows the pipelines of all components as the last worker named them, also after everything was forgotten', async () => {
  const worker = await EngineUnderTest.open(redis);
  const control = await controlOf(worker);
  const old = [
    ['fold:c@1', 10, 'orders'],
    ['map:c@1', 10, 'orders'],
    ['reactor:c@1', 10],
  ] as const;
  const moved = [
    ['fold:c@1', 10, 'billing: {x}'],
    ['reactor:c@1', 10],
  ] as const;
  await worker.stage(range(a, 1), range(lane('a', 'map'), 1), range(lane('a', 'reactor'), 1));
  expect([...(await control.usageByPipeline()).keys()]).toEqual([]);
  await worker.claim(1, { groups: old });
  expect(await control.usageByPipeline()).toMatchObject(new Map([['orders', { jobs: 2 }]]));
  await worker.claim(1, { groups: moved });
  const both = new Map([
    ['billing: {x}', { jobs: 1 }],
    ['orders', { jobs: 1 }],
  ]);
  expect(await control.usageByPipeline()).toMatchObject(both);
  await worker.claim(1, { groups: old });
  expect(await control.usageByPipeline()).toMatchObject(new Map([['orders', { jobs: 2 }]]));
  await redis.flush();
  await worker.stage(range(a, 1));
  await worker.claim(1, { groups: old });
  expect(await control.usageByPipeline()).toMatchObject(new Map([['orders', { jobs: 1 }]]));
});

it.each([
  ['p orders', ['reactor:c@1']],
  ['y acme:orders', ['fold:c@1', 'reactor:c@1']],
] as const)('leaves suspects of what is held, too: %s', async (hold, expected) => {
  const worker = await EngineUnderTest.open(redis, LEASE_MS);
  await worker.stage(range(a, 1), range(lane('a', 'fold', 'other'), 1), range(lane('a', 'reactor'), 1));
  expect(await worker.claim()).toHaveLength(3);
  await delay(LEASE_MS * 2);
  await redis.client.sadd(`${worker.prefix}holds`, hold);
  const groups = [
    ['fold:c@1', 10, 'orders'],
    ['reactor:c@1', 10, 'mail'],
  ] as const;
  const found: string[] = [];
  for (let turn = 0; turn < 3; turn += 1) {
    const claims = await worker.claim(10, { groups });
    for (const { lane: name } of claims) found.push(name.split(':').slice(1, 3).join(':'));
    await worker.turn({ ends: claims.map((claim) => worker.end(claim)) });
  }
  expect(found.toSorted()).toEqual(expected);
  await worker.expectTruth();
});

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

it.each(['retry', 'skip', 'discard'] as const)(
  'lets a lane go by %s whose key was overwritten, once that is removed',
  async (action) => {
    const worker = await EngineUnderTest.open(redis);
    const control = await controlOf(worker);
    await worker.stage(range(a, 1));
    const key = `${worker.prefix}lane:${laneKey(a)}`;
    await redis.client.set(key, 'of somebody else');
    expect(await worker.claim()).toEqual([]);
    await redis.client.del(key);
    const acts = { retry: 'retryLane', skip: 'skipJob', discard: 'discardJob' } as const;
    expect(await control[acts[action]](a, note)).toBe(true);
    expect(await control.inspect(a)).toBeUndefined();
    expect(await redis.client.keys(`${worker.prefix}errors:*`)).toEqual([]);
  },
);
