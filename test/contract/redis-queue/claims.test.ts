import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { laneKey } from '../../../lib/queue/lane.js';
import { RedisQueueControl } from '../../../lib/queue/redis/redis-queue-control.js';
import type { StagedJob } from '../../../lib/queue/staged-job.js';
import { createTenantId } from '../../../lib/tenancy/create-tenant-id.js';
import { startTestRedis, type TestRedis } from '../../support/redis-server.js';
import { command, lane, range } from '../../../lib/testing/contract/group-queue/group-queue-cases.js';
import { EngineUnderTest, UNLIMITED } from './engine-under-test.js';

const [SOON_MS, LATE_MS] = [40, 600_000];
const BIG = 'x'.repeat(1_900);

let redis: TestRedis;
beforeAll(async () => void (redis = await startTestRedis()));
afterAll(() => redis.stop());

function big(id: string, sequence: number): StagedJob {
  const staged = range(lane(id), sequence);
  return { ...staged, job: { ...staged.job, events: [{ payload: BIG }] } as unknown as StagedJob['job'] };
}

it('bounds what one turn hands out, in entries and in bytes, and leaves the rest ready', async () => {
  const worker = await EngineUnderTest.open(redis);
  for (let from = 0; from < 1_000; from += 250) {
    await worker.stage(...Array.from({ length: 250 }, (_, index) => big(`l${(from + index) % 100}`, from + index)));
  }
  let entries = 0;
  for (let turns = 0; turns < 50 && entries < 1_000; turns += 1) {
    const claims = await worker.claim(100);
    const found = claims.flatMap((claim) => claim.entries);
    expect(found.length).toBeLessThanOrEqual(256);
    expect(found.reduce((sum, entry) => sum + entry.length, 0)).toBeLessThanOrEqual(262_144 + 2_000);
    entries += found.length;
    await worker.expectTruth();
    await worker.turn({ ends: claims.map((claim) => worker.end(claim, { completed: claim.entries.length })) });
  }
  expect(entries).toBe(1_000);
  await worker.expectTruth();
});

it('fills a turn with the only lane there is', async () => {
  const worker = await EngineUnderTest.open(redis);
  await worker.stage(...Array.from({ length: 300 }, (_, index) => range(lane('a'), index + 1)));
  const groups = [['fold:c@1', 500]] as const;
  const [claim] = await worker.claim(64, { groups });
  expect(claim!.entries).toHaveLength(256);
});

it('merges ranges of one aggregate at the end of a long lane, to be read from the log, and loses no sequence', async () => {
  const worker = await EngineUnderTest.open(redis);
  for (let from = 1; from <= 2_000; from += 200) {
    await worker.stage(...Array.from({ length: 200 }, (_, index) => range(lane('a'), from + index)));
  }
  expect(await worker.size(lane('a'))).toBe(1_000);
  const entries = await redis.client.lrange(`${worker.prefix}lane:${laneKey(lane('a'))}`, 0, -1);
  expect(entries.at(-2)).toBe('F999 999 a\n[]');
  expect(entries.at(-1)).toBe('F1000 2000 a\n');
  await worker.stage(range({ ...lane('a') }, 2_001), {
    lane: lane('a'),
    job: { kind: 'fold', aggregateId: 'b', from: 1, to: 1, events: [] },
  });
  expect(await worker.size(lane('a'))).toBe(1_001);
  await worker.expectTruth();
});

it('leaves the events of a tenant in the log once its jobs take too much memory, and refuses its commands', async () => {
  const worker = await EngineUnderTest.open(redis, 30_000, { ...UNLIMITED, maxWaitingBytesPerTenant: 5_000 });
  await worker.stage(big('a', 1), big('a', 2), big('a', 3), big('a', 4));
  const entries = await redis.client.lrange(`${worker.prefix}lane:${laneKey(lane('a'))}`, 0, -1);
  expect(entries.map(({ length }) => length > 1_000)).toEqual([true, true, false, false]);
  expect(entries[3]).toBe('F4 4 a\n');
  const bytes = entries.reduce((sum, { length }) => sum + length, 0);
  expect(bytes).toBeLessThanOrEqual(5_000);
  await worker.stage(...Array.from({ length: 120 }, (_, index) => range(lane('b'), 1_000_000 + index)));
  expect(await worker.stage(command(lane('a', 'command'), '1'))).toEqual(['maxWaitingBytesPerTenant']);
  expect(await worker.stage(command(lane('a', 'command', 'other'), '1'))).toEqual(['']);
  await worker.expectTruth();
});

it('serves tenants and components in turn', async () => {
  const worker = await EngineUnderTest.open(redis);
  const flood = Array.from({ length: 100 }, (_, index) => range(lane(`f${index}`, 'fold', 'flood'), 1));
  await worker.stage(...flood, range(lane('q', 'fold', 'quiet'), 1), range(lane('q', 'map', 'quiet'), 1));
  const lanes: string[] = [];
  for (let turns = 0; turns < 4; turns += 1) lanes.push(...(await worker.claim(1)).map((claim) => claim.lane));
  expect(lanes).toContain(laneKey(lane('q', 'fold', 'quiet')));
  expect(lanes).toContain(laneKey(lane('q', 'map', 'quiet')));
});

it('passes over tenants that have their share, and says so', async () => {
  const worker = await EngineUnderTest.open(redis);
  await worker.stage(range(lane('a', 'fold', 'flood'), 1), range(lane('b', 'fold', 'quiet'), 1));
  const others = { lanes: 5, perTenant: 2 };
  const answer = await worker.turn({ others, busy: [['o', 'flood', 2]] });
  expect(answer.claims.map((claim) => claim.lane)).toEqual([laneKey(lane('b', 'fold', 'quiet'))]);
  expect(answer.capped).toBe(true);
  expect((await worker.turn({ others, busy: [['o', 'flood', 1]] })).claims).toHaveLength(1);
  await worker.expectTruth();
});

it('passes over so many paused tenants in a turn and goes on behind them in the next one, for which it sets a mark', async () => {
  const worker = await EngineUnderTest.open(redis);
  const control = new RedisQueueControl(await redis.connect(), worker.prefix);
  const paused = Array.from({ length: 300 }, (_, index) => `t${index}`);
  for (const tenant of paused) {
    await control.pause({ tenantId: createTenantId(tenant) }, { by: 'ann', reason: 'test' });
  }
  await worker.stage(...paused.map((tenant) => range(lane('a', 'fold', tenant), 1)));
  await worker.stage(range(lane('a'), 1));
  const mark = `${worker.prefix}wake:fold:c@1`;
  await redis.client.del(mark);
  const others = { lanes: 10, perTenant: 10 };
  expect(await worker.turn({ others })).toMatchObject({ more: true, claims: [] });
  expect(await redis.client.exists(mark)).toBe(1);
  const { claims } = await worker.turn({ others });
  expect(claims.map((claim) => claim.lane)).toEqual([laneKey(lane('a'))]);
  await worker.expectTruth();
});

it('leaves suspects of components that it does not know, or that are paused', async () => {
  const worker = await EngineUnderTest.open(redis, 20);
  await worker.stage(range(lane('a'), 1), range(lane('b', 'map'), 1));
  expect(await worker.claim()).toHaveLength(2);
  await delay(40);
  await redis.client.sadd(`${worker.prefix}holds`, 'g map:c@1');
  expect(await worker.claim(10, { groups: [['map:c@1', 10]] })).toEqual([]);
  await redis.client.del(`${worker.prefix}holds`);
  const [suspect] = await worker.claim(10, { groups: [['map:c@1', 10]] });
  expect(suspect!.lane).toBe(laneKey(lane('b', 'map')));
  await worker.expectTruth();
});

it('tells when the next lane is due, and hands it out then', async () => {
  const worker = await EngineUnderTest.open(redis);
  const after = (delayMs: number) => ({ delayMs, maxWaitMs: delayMs, source: 'x', rank: 1 });
  const others = { lanes: 5, perTenant: 5 };
  await worker.stage({ ...range(lane('late', 'reactor'), 1), debounce: after(LATE_MS) });
  const early = await worker.turn({ others });
  expect(early.claims).toEqual([]);
  expect(early.dueInMs).toBeGreaterThan(0);
  expect(early.dueInMs).toBeLessThanOrEqual(LATE_MS);
  await worker.expectTruth();
  await worker.stage({ ...range(lane('soon', 'reactor'), 1), debounce: after(SOON_MS) });
  await delay(SOON_MS + 2);
  const [claim, ...more] = (await worker.turn({ others })).claims;
  expect([claim!.lane, more]).toEqual([laneKey(lane('soon', 'reactor')), []]);
  await worker.expectTruth();
});

it('carries lanes, sources and aggregates of any text', async () => {
  const worker = await EngineUnderTest.open(redis);
  const awkward = 'a:b {c} %\u00e9\u{1f600} "\\ d';
  const of = lane(awkward, 'reactor', awkward);
  const debounce = { delayMs: 0, maxWaitMs: 0, source: awkward, rank: 1 };
  await worker.stage(range(of, 1), { ...range(of, 2), debounce });
  const [claim] = await worker.claim();
  expect(claim!.lane).toBe(laneKey(of));
  expect(claim!.entries).toHaveLength(2);
  await worker.expectTruth();
});
