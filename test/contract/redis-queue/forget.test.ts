import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SystemClock } from '../../../lib/clock/system-clock.js';
import { laneKey } from '../../../lib/queue/lane.js';
import { shardPrefix } from '../../../lib/queue/redis/lane-keys.js';
import { RedisQueueControl } from '../../../lib/queue/redis/redis-queue-control.js';
import { redisQueue } from '../../../lib/queue/redis/redis-queue.adapter.js';
import { FORGET_LANES } from '../../../lib/queue/redis/scripts/forget-lanes.script.js';
import { TenantRemoval } from '../../../lib/queue/redis/tenant-removal.js';
import type { RedisConnection } from '../../../lib/redis/redis-connection.js';
import { createTenantId } from '../../../lib/tenancy/create-tenant-id.js';
import { eventually } from '../../support/eventually.js';
import { gate } from '../../support/gate.js';
import { untruths } from '../../support/queue-truth.js';
import { startTestRedis, type TestRedis } from '../../support/redis-server.js';
import { silentLogger } from '../../support/silent-logger.js';
import {
  COMPONENTS,
  POLICY,
  done,
  lane,
  range,
  settled,
} from '../../../lib/testing/contract/group-queue/group-queue-cases.js';
import { entriesOf, EngineUnderTest } from './engine-under-test.js';

Logger.overrideLogger(silentLogger);

const LEASE_MS = 100;
/** A thousand, and the rest of one slice. */
const MAX_STEP_JOBS = 1_031;
/** A name with characters that mean something in keys and patterns. */
const gone = createTenantId('go*ne:{1} [x]');
const LATER = { delayMs: 60_000, maxWaitMs: 60_000 };
const NOTHING = { jobs: 0, parkedJobs: 0, delayedJobs: 0, running: 0, parkedLanes: 0, deadLetters: 0 };
const note = { by: 'ann', reason: 'test' };
const [a, b, c] = [lane('a', 'fold', gone), lane('b', 'fold', gone), lane('c', 'fold', gone)];
const own = lane('a');

let redis: TestRedis;
beforeAll(async () => void (redis = await startTestRedis()));
afterAll(() => redis.stop());

/** Forgets the tenant; everything that the queue keeps is true after each step. */
async function forget(worker: EngineUnderTest, afterStep = async (): Promise<void> => {}): Promise<number> {
  const connection = await redis.connect();
  const run: RedisConnection['run'] = async (...args) => {
    const answer = await connection.run(...args);
    if (args[0] === FORGET_LANES) expect((answer as [number])[0]).toBeLessThanOrEqual(MAX_STEP_JOBS);
    await worker.expectTruth();
    await afterStep();
    return answer;
  };
  const control = new RedisQueueControl(connection, worker.prefix);
  return new TenantRemoval({ run }, worker.prefix, gone).run(() => control.groupsWithDeadLetters());
}

/** Keys and values of the queue in which the tenant is named. */
async function mentions(prefix: string): Promise<readonly string[]> {
  const name = laneKey(a).split(':')[0]!;
  const found: string[] = [];
  for (const key of await redis.client.keys(`${prefix.replaceAll(/[[\]*?\\]/g, '\\$&')}*`)) {
    const values = {
      string: () => redis.client.get(key),
      list: () => redis.client.lrange(key, 0, -1),
      set: () => redis.client.smembers(key),
      zset: () => redis.client.zrange(key, '0', '-1'),
      hash: () => redis.client.hgetall(key),
    }[(await redis.client.type(key)) as 'string'];
    const text = `${key} ${JSON.stringify(await values())}`;
    if (text.includes(name) || text.includes(gone)) found.push(text);
  }
  return found;
}

it('leaves no word of a tenant, and all of the others, whatever its lanes were at', async () => {
  const worker = await EngineUnderTest.open(redis, LEASE_MS);
  const control = new RedisQueueControl(await redis.connect(), worker.prefix);
  await worker.stage(range(a, 1), range(b, 1), range(c, 1), range({ ...own, id: 'taken' }, 1));
  await worker.stage({ ...range(lane('later', 'map', gone), 1), debounce: { ...LATER, source: 'x', rank: 1 } });
  const claims = await worker.claim();
  const steps = { [laneKey(a)]: 'park', [laneKey(b)]: 'dead-letter', [laneKey(c)]: 'wait' } as const;
  const ends = claims
    .filter((claim) => claim.lane in steps)
    .map((claim) => {
      const step = steps[claim.lane as keyof typeof steps];
      return worker.end(claim, { step, completed: 0, failures: 1, delayMs: 60_000, error: '{"error":"no","at":1}' });
    });
  await worker.turn({ ends });
  // A suspect: its worker died.
  await worker.stage(range(lane('dead', 'fold', gone), 1));
  expect(await worker.claim()).toHaveLength(1);
  await delay(LEASE_MS * 2);
  await worker.turn({});
  await control.pause({ tenantId: gone }, note);
  await control.pause({ tenantId: gone, component: COMPONENTS[1]! }, note);
  await control.skipJob(a, note);
  // Beyond all bounds of one step: a long lane, many lanes, and many of another tenant.
  for (let part = 0; part < 3; part += 1) {
    const sequence = (index: number): number => part * 1_000 + index + 1;
    const numbers = Array.from({ length: 900 }, (_, index) => sequence(index));
    await worker.stage(...numbers.map((n) => range({ ...lane('long', 'reactor', gone) }, n)));
    await worker.stage(...numbers.map((n) => range(lane(`n${n}`, 'map', gone), 1)));
    await worker.stage(...numbers.map((n) => range(lane(`n${n}`), 1)));
  }
  await worker.expectTruth();
  const before = await worker.engine.depth();
  expect(await mentions(worker.prefix)).not.toEqual([]);
  const others = 2_700 + 1;
  expect(await forget(worker)).toBe(before.jobs + before.deadLetters - others);
  expect(await worker.engine.depth()).toEqual({ ...NOTHING, jobs: others });
  expect(await mentions(worker.prefix)).toEqual([]);
  expect(await worker.claim(10)).toHaveLength(10);
  await worker.expectTruth();
});

it('leases nothing of a tenant and takes nothing for it meanwhile, follow-ups included', async () => {
  const worker = await EngineUnderTest.open(redis);
  await worker.stage(range(a, 1), range(own, 1));
  const [first, second] = await worker.claim();
  const [held, other] = first!.lane === laneKey(a) ? [first!, second!] : [second!, first!];
  await worker.stage(range(a, 2), range(b, 1));
  let steps = 0;
  const forgotten = await forget(worker, async () => {
    steps += 1;
    if (steps !== 1) return;
    expect(await worker.stage(range(c, 1))).toEqual(['']);
    const followUps = entriesOf(range(c, 1), range(own, 2));
    await worker.turn({ ends: [worker.end(other, { followUps })] });
    await worker.turn({ ends: [worker.end(held, { followUps })] });
    expect((await worker.claim()).map((claim) => claim.lane)).toEqual([laneKey(own)]);
  });
  expect(forgotten).toBe(2);
  expect(await worker.size(own)).toBe(2);
  expect(await mentions(worker.prefix)).toEqual([]);
  await worker.stage(range(c, 1));
  expect(await worker.claim()).toMatchObject([{ lane: laneKey(c) }]);
  await worker.expectTruth();
});

it('waits for a worker that died until its lease ends, and takes nothing from it afterwards', async () => {
  const worker = await EngineUnderTest.open(redis, LEASE_MS);
  await worker.stage(range(a, 1), range(a, 2));
  const leasedAt = performance.now();
  const [claim] = await worker.claim();
  expect(await forget(worker)).toBe(2);
  expect(performance.now() - leasedAt).toBeGreaterThan(LEASE_MS - 5);
  const followUps = entriesOf(range(b, 1));
  expect((await worker.turn({ ends: [worker.end(claim!, { followUps })] })).lost).toEqual([laneKey(a)]);
  expect(await mentions(worker.prefix)).toEqual([]);
  await worker.expectTruth();
});

it('lets a tenant go on whose removal broke off', async () => {
  const worker = await EngineUnderTest.open(redis);
  await worker.stage(range(a, 1));
  await worker.claim();
  await worker.stage(range(b, 1));
  const broken = new Error('the process is gone');
  const removal = forget(worker, async () => {
    throw broken;
  });
  await expect(removal).rejects.toMatchObject({ cause: broken });
  await worker.stage(range(c, 1));
  expect(await worker.size(c)).toBe(0);
  const [mark] = await redis.client.zrange(`${worker.prefix}forgetting`, '0', '-1');
  // As when its time is over.
  await redis.client.zadd(`${worker.prefix}forgetting`, Date.now() - 1, mark!);
  await worker.stage(range(c, 1));
  expect(await worker.claim()).toMatchObject([{ lane: laneKey(c) }]);
  await worker.expectTruth();
});

it('passes a lane by whose key holds something else', async () => {
  const worker = await EngineUnderTest.open(redis);
  await worker.stage(range(a, 1));
  const key = `${worker.prefix}lane:${laneKey(a)}`;
  await redis.client.set(key, 'not ours');
  expect(await worker.claim()).toEqual([]);
  expect(await worker.engine.depth()).toMatchObject({ parkedLanes: 1 });
  const connection = await redis.connect();
  await new TenantRemoval(connection, worker.prefix, gone).run(async () => []);
  expect(await worker.engine.depth()).toMatchObject({ parkedLanes: 0 });
  expect(await redis.client.get(key)).toBe('not ours');
  expect(await mentions(worker.prefix)).toHaveLength(2);
});

it('waits for what runs in another process', async () => {
  const name = randomUUID();
  const open = () =>
    redisQueue({ connection: { host: redis.host, port: redis.port }, name }).open({ clock: new SystemClock() });
  const [web, worker] = [await open(), await open()];
  try {
    const end = gate();
    let runs = 0;
    worker.consume({
      components: COMPONENTS,
      policy: () => POLICY,
      handle: async (batch) => {
        runs += 1;
        await end.opened;
        return { ...(await done(batch)), followUps: [range(b, 1), range(own, 1)] };
      },
    });
    await web.stage([range(a, 1)]);
    await eventually(() => expect(runs).toBe(1));
    let forgotten: number | undefined;
    const forgetting = web.forget(gone).then((jobs) => (forgotten = jobs));
    await delay(100);
    expect(forgotten).toBeUndefined();
    await worker.control.pause({ tenantId: own.tenantId }, note);
    end.open();
    await forgetting;
    expect(forgotten).toBe(0);
    expect(await web.depth()).toMatchObject({ jobs: 1, running: 0 });
    const prefix = shardPrefix('es', name, 0);
    expect(await mentions(prefix)).toEqual([]);
    await web.forget(own.tenantId);
    await settled(web);
    expect(await untruths(redis.client, prefix)).toEqual([]);
  } finally {
    await worker.drain();
    await web.drain();
  }
});

it('keeps a failing lane on its list where it stops in the middle', async () => {
  const worker = await EngineUnderTest.open(redis);
  await worker.stage(range(a, 1));
  const [claim] = await worker.claim();
  await worker.turn({ ends: [worker.end(claim!, { completed: 0, step: 'park', failures: 1, error: '{}' })] });
  await forget(worker);
});
