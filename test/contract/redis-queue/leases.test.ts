import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { laneKey } from '../../../lib/queue/lane.js';
import { startTestRedis, type TestRedis } from '../../support/redis-server.js';
import { lane, range } from '../../../lib/testing/contract/group-queue/group-queue-cases.js';
import { entriesOf, EngineUnderTest } from './engine-under-test.js';

const LEASE_MS = 30;
const [a, b, c] = [lane('a'), lane('b'), lane('c')];

let redis: TestRedis;
beforeAll(async () => void (redis = await startTestRedis()));
afterAll(() => redis.stop());

it('keeps an entry in its lane until it is acknowledged', async () => {
  const worker = await EngineUnderTest.open(redis);
  await worker.stage(range(a, 1), range(a, 2));
  const [claim] = await worker.claim();
  expect(claim).toMatchObject({ lane: laneKey(a), entries: ['F1 1 a\n[]', 'F2 2 a\n[]'], redelivered: false });
  expect(await worker.size(a)).toBe(2);
  await worker.turn({ ends: [worker.end(claim!)] });
  expect(await worker.size(a)).toBe(1);
  await worker.expectTruth();
});

it('leases a lane to one worker, and to no other while it holds', async () => {
  const worker = await EngineUnderTest.open(redis);
  await worker.stage(range(a, 1));
  expect(await worker.claim()).toHaveLength(1);
  await worker.stage(range(a, 2));
  expect(await worker.claim()).toEqual([]);
  await worker.expectTruth();
});

it('takes no acknowledgement, no failure and no follow-up under an old token', async () => {
  const dying = await EngineUnderTest.open(redis, LEASE_MS);
  await dying.stage(range(a, 1));
  const [old] = await dying.claim();
  const worker = await dying.afterLeases();
  const [current] = await worker.claim();
  expect(BigInt(current!.token)).toBeGreaterThan(BigInt(old!.token));
  const followUps = entriesOf(range(b, 1));
  for (const step of ['settle', 'wait', 'park', 'dead-letter'] as const) {
    const { lost } = await worker.turn({ ends: [worker.end(old!, { step, followUps })] });
    expect(lost).toEqual([laneKey(a)]);
  }
  expect([await worker.size(a), await worker.size(b)]).toEqual([1, 0]);
  expect((await worker.turn({ ends: [worker.end(current!)] })).lost).toEqual([]);
  expect(await worker.size(a)).toBe(0);
  await worker.expectTruth();
});

it('stages follow-ups in the step that acknowledges', async () => {
  const worker = await EngineUnderTest.open(redis);
  await worker.stage(range(a, 1));
  const [claim] = await worker.claim();
  const calls = await redis.client.info('commandstats');
  const followUps = entriesOf(range(b, 1), range(b, 2), range(c, 1));
  await worker.turn({ ends: [worker.end(claim!, { followUps })] });
  expect([await worker.size(a), await worker.size(b), await worker.size(c)]).toEqual([0, 2, 1]);
  expect(scripts(await redis.client.info('commandstats')) - scripts(calls)).toBe(1);
  await worker.expectTruth();
});

it('prolongs and acknowledges before it takes back, so that who comes late does not lose his own', async () => {
  const dying = await EngineUnderTest.open(redis, LEASE_MS);
  await dying.stage(range(a, 1), range(b, 1));
  const claims = await dying.claim();
  const worker = await dying.afterLeases();
  const [renewed, ended] = claims;
  const answer = await worker.turn({
    renewals: [renewed!],
    ends: [worker.end(ended!)],
    others: { lanes: 5, perTenant: 5 },
  });
  expect(answer).toMatchObject({ lost: [], claims: [] });
  expect((await worker.turn({ ends: [worker.end(renewed!)] })).lost).toEqual([]);
  await worker.expectTruth();
});

it('says so when a lease that is to be prolonged is lost', async () => {
  const dying = await EngineUnderTest.open(redis, LEASE_MS);
  await dying.stage(range(a, 1));
  const [old] = await dying.claim();
  const worker = await dying.afterLeases();
  const [current] = await worker.claim();
  expect((await worker.turn({ renewals: [old!] })).lost).toEqual([laneKey(a)]);
  expect((await worker.turn({ renewals: [current!] })).lost).toEqual([]);
});

it('hands lanes of a dead worker out one at a time to a worker, each alone', async () => {
  const dying = await EngineUnderTest.open(redis, LEASE_MS);
  await dying.stage(range(a, 1), range(a, 2), range(b, 1), range(c, 1));
  expect(await dying.claim()).toHaveLength(3);
  const worker = await dying.afterLeases();
  expect(await worker.claim(10, { maySuspect: false })).toEqual([]);
  const [first, ...others] = await worker.claim();
  expect(others).toEqual([]);
  expect(first).toMatchObject({ suspect: true, redelivered: true, failures: 0 });
  expect(first!.entries).toHaveLength(1);
  await worker.turn({ ends: [worker.end(first!)] });
  const [second] = await worker.claim(1);
  expect(second!.suspect).toBe(second!.lane !== first!.lane);
  await worker.expectTruth();
});

it('parks a lane whose workers died three times while it was their only suspect, and no other', async () => {
  const worker = await EngineUnderTest.open(redis, LEASE_MS);
  await worker.stage(range(a, 1), range(b, 1));
  expect(await worker.claim()).toHaveLength(2);
  let deaths = 1;
  while ((await worker.engine.depth()).parkedLanes === 0) {
    await delay(LEASE_MS * 2);
    for (const claim of await worker.claim()) {
      expect(claim.suspect).toBe(true);
      await worker.turn({ renewals: [claim] });
      if (claim.lane === laneKey(b)) await worker.turn({ ends: [worker.end(claim)] });
      else deaths += 1;
    }
    expect(deaths).toBeLessThanOrEqual(4);
  }
  expect(deaths).toBe(4);
  expect(await worker.engine.depth()).toEqual({
    jobs: 1,
    parkedJobs: 1,
    delayedJobs: 0,
    running: 0,
    parkedLanes: 1,
    deadLetters: 0,
  });
  await worker.expectTruth();
});

it('blames no lane for workers that never said that they have it', async () => {
  const worker = await EngineUnderTest.open(redis, LEASE_MS);
  await worker.stage(range(a, 1));
  for (let lost = 0; lost < 6; lost += 1) {
    expect(await worker.claim()).toHaveLength(1);
    await delay(LEASE_MS * 2);
  }
  const [claim] = await worker.claim();
  expect(claim).toMatchObject({ suspect: true, redelivered: true });
  await worker.turn({ ends: [worker.end(claim!)] });
  expect(await worker.engine.depth()).toMatchObject({ jobs: 0, parkedLanes: 0 });
  await worker.expectTruth();
});

it('forgets the suspicion once a worker lived', async () => {
  const dying = await EngineUnderTest.open(redis, LEASE_MS);
  await dying.stage(range(a, 1));
  await dying.claim();
  const worker = await dying.afterLeases();
  const [suspect] = await worker.claim();
  await worker.turn({ ends: [worker.end(suspect!, { completed: 0, step: 'wait', failures: 1, error: '{}' })] });
  const [again] = await worker.claim();
  expect(again).toMatchObject({ suspect: false, failures: 1, redelivered: true });
  await worker.expectTruth();
});

it('raises the tokens also when the server has forgotten everything', async () => {
  const worker = await EngineUnderTest.open(redis);
  await worker.stage(range(a, 1));
  const [before] = await worker.claim();
  await redis.flush();
  await worker.stage(range(a, 1));
  const [after] = await worker.claim();
  expect(BigInt(after!.token)).toBeGreaterThan(BigInt(before!.token));
  expect((await worker.turn({ ends: [worker.end(before!)] })).lost).toEqual([laneKey(a)]);
});

function scripts(stats: string): number {
  return Number(/cmdstat_evalsha:calls=(\d+)/.exec(stats)?.[1] ?? 0);
}
