import { afterAll, beforeAll, expect, it } from 'vitest';
import { SystemClock } from '../../../lib/clock/system-clock.js';
import { InvalidArgumentError } from '../../../lib/errors/invalid-argument.error.js';
import type { StoredEvent } from '../../../lib/events/stored-event.js';
import { laneKey } from '../../../lib/queue/lane.js';
import type { CommandJob, EventRangeJob, ReactorJob } from '../../../lib/queue/job.js';
import { decodeEntry } from '../../../lib/queue/redis/entry-codec.js';
import { shardPrefix } from '../../../lib/queue/redis/lane-keys.js';
import { redisQueue } from '../../../lib/queue/redis/redis-queue.adapter.js';
import type { RedisQueueOptions } from '../../../lib/queue/redis/redis-queue-options.js';
import type { StagedJob } from '../../../lib/queue/staged-job.js';
import type { JobTiming } from '../../../lib/queue/timing.js';
import { createTenantId } from '../../../lib/tenancy/create-tenant-id.js';
import { eventually } from '../../support/eventually.js';
import { untruths } from '../../support/queue-truth.js';
import { startTestRedis, type TestRedis } from '../../support/redis-server.js';
import {
  COMPONENTS,
  POLICY,
  command,
  done,
  lane,
  range,
  settled,
} from '../../../lib/testing/contract/group-queue/group-queue-cases.js';
import { EngineUnderTest, UNLIMITED } from './engine-under-test.js';

const RANKED = { source: 'x', rank: 1 };
const TIMINGS: readonly (readonly [string, JobTiming])[] = [
  ['at once', {}],
  ['delayed', { delayMs: 60_000 }],
  ['debounced', { debounce: { delayMs: 60_000, maxWaitMs: 60_000, ...RANKED } }],
  ['throttled', { throttle: { everyMs: 1, ...RANKED } }],
  ['deduplicated', { dedupe: { forMs: 1 } }],
];

let redis: TestRedis;
beforeAll(async () => void (redis = await startTestRedis()));
afterAll(() => redis.stop());

function event(payload: string, sequence = 7): StoredEvent {
  return {
    id: `e${sequence}` as StoredEvent['id'],
    tenantId: createTenantId('acme'),
    aggregateType: 't',
    aggregateId: 'a b',
    sequence,
    type: 'x',
    version: 1,
    payload,
    tags: [],
    metadata: {},
    occurredAt: 1,
    recordedAt: 2,
  };
}

function reaction(id: string, of: StoredEvent): StagedJob {
  const { aggregateId, sequence } = of;
  return { lane: lane(id, 'reactor'), job: { kind: 'reactor', aggregateId, sequence, event: of } };
}

async function entriesIn({ prefix }: EngineUnderTest, id: string): Promise<readonly string[]> {
  return redis.client.lrange(`${prefix}lane:${laneKey(lane(id, 'reactor'))}`, 0, -1);
}

function openQueue(name: string, options: RedisQueueOptions = {}) {
  const connection = { host: redis.host, port: redis.port };
  return redisQueue({ connection, name, ...options }).open({ clock: new SystemClock() });
}

it.each(TIMINGS)('carries a small event of a reaction, and leaves a large one in the log: %s', async (_, timing) => {
  const worker = await EngineUnderTest.open(redis);
  // Of three bytes each: fewer characters than the bound, and more bytes.
  for (const [id, payload] of [
    ['small', 'x'],
    ['large', 'x'.repeat(5_000)],
    ['wide', '\u20ac'.repeat(1_500)],
  ] as const) {
    await worker.stage({ ...reaction(id, event(payload)), ...timing });
    const [entry] = await entriesIn(worker, id);
    const job = { kind: 'reactor', aggregateId: 'a b', sequence: 7, event: id === 'small' ? event(payload) : null };
    expect(decodeEntry(entry!)).toEqual(job);
    if (id !== 'small') expect(entry!.length).toBeLessThan(100);
  }
  await worker.expectTruth();
});

it('carries the parts of a stream that a durable reactor is to react to, and the events that are small', async () => {
  const worker = await EngineUnderTest.open(redis, 30_000, { ...UNLIMITED, maxWaitingBytesPerTenant: 3_000 });
  const part = (id: string, of: StoredEvent | null, timing: JobTiming = {}): StagedJob => ({
    lane: lane(id, 'reactor'),
    job: { kind: 'reactor', aggregateId: 'a b', sequence: 7, from: 5, event: of },
    ...timing,
  });
  const cases: readonly (readonly [string, StagedJob, boolean])[] = [
    ['small', part('small', event('x')), true],
    ['delayed', part('delayed', event('x'), { delayMs: 60_000 }), true],
    ['large', part('large', event('x'.repeat(5_000))), false],
    ['none', part('none', null), false],
    ['first', part('first', event('x'.repeat(2_000))), true],
    // The tenant has its share of the memory.
    ['second', part('second', event('x'.repeat(2_000))), false],
  ];
  for (const [id, staged, isCarried] of cases) {
    await worker.stage(staged);
    const [entry] = await entriesIn(worker, id);
    const carried = isCarried ? (staged.job as ReactorJob).event : null;
    expect(decodeEntry(entry!), id).toEqual({ ...staged.job, event: carried });
  }
  await worker.expectTruth();
});

it.each(TIMINGS)(
  'leaves events of reactions in the log once the jobs of a tenant take too much memory: %s',
  async (_, timing) => {
    const worker = await EngineUnderTest.open(redis, 30_000, { ...UNLIMITED, maxWaitingBytesPerTenant: 3_000 });
    const payload = 'x'.repeat(1_000);
    for (const id of ['a', 'b', 'c', 'd']) {
      await worker.stage({ ...reaction(id, event(payload)), ...timing });
      await worker.expectTruth();
    }
    const entries = (await Promise.all(['a', 'b', 'c', 'd'].map((id) => entriesIn(worker, id)))).flat();
    expect(entries.map(({ length }) => length > 1_000)).toEqual([true, true, false, false]);
    expect(decodeEntry(entries[3]!)).toMatchObject({ kind: 'reactor', sequence: 7, event: null });
    expect(entries.reduce((sum, { length }) => sum + length, 0)).toBeLessThanOrEqual(3_000);
  },
);

it('counts what a tenant has in all its components, also within one step', async () => {
  const worker = await EngineUnderTest.open(redis, 30_000, { ...UNLIMITED, maxWaitingBytesPerTenant: 3_000 });
  const of = (kind: 'fold' | 'map'): StagedJob => {
    const staged = range(lane('a', kind), 1);
    return { ...staged, job: { ...(staged.job as EventRangeJob), events: [event('x'.repeat(1_000))] } };
  };
  await worker.stage(of('fold'), of('map'), reaction('a', event('x'.repeat(1_000))), range(lane('b'), 1));
  const usage = await redis.client.hget(`${worker.prefix}count`, 'bytes');
  expect(Number(usage)).toBeGreaterThan(2_000);
  expect(Number(usage)).toBeLessThanOrEqual(3_000);
  await worker.expectTruth();
});

it('counts the bytes of a job that takes the place of another', async () => {
  const worker = await EngineUnderTest.open(redis);
  for (const timing of [
    { debounce: { delayMs: 60_000, maxWaitMs: 60_000, ...RANKED } },
    { throttle: { everyMs: 60_000, ...RANKED } },
  ]) {
    for (const payload of ['x', 'x'.repeat(3_000), 'xx', 'x'.repeat(9_000)]) {
      await worker.stage({ ...reaction('k', event(payload)), ...timing });
      await worker.expectTruth();
    }
  }
  expect(await worker.size(lane('k', 'reactor'))).toBe(2);
});

it('carries commands as they are up to its bound, and refuses larger ones before any of a call is taken', async () => {
  const queue = await openQueue('commands', { maxJobBytes: 2_000_000 });
  const large = (id: string, bytes: number): StagedJob => {
    const staged = command(lane(id, 'command'), id);
    return { ...staged, job: { ...(staged.job as CommandJob), data: 'x'.repeat(bytes) } };
  };
  await queue.stage([large('a', 1_900_000)]);
  await expect(queue.stage([large('b', 10), large('c', 2_000_000)])).rejects.toBeInstanceOf(InvalidArgumentError);
  // Two scripts would not be one step.
  await expect(queue.stage([large('b', 700_000), large('c', 700_000)])).rejects.toMatchObject({ field: 'jobs' });
  expect(await queue.depth()).toMatchObject({ jobs: 1 });
  await queue.stage([large('b', 500_000), large('c', 500_000)]);
  expect(await queue.depth()).toMatchObject({ jobs: 3 });
  await queue.drain();
});

it('takes all follow-ups of a batch, in order, however much they are', async () => {
  const LARGE = 'x'.repeat(3_000);
  const FOLLOW_UPS = 2_000;
  const queue = await openQueue('follow-ups', { maxWaitingBytesPerTenant: 2_000_000_000 });
  const seen: number[] = [];
  queue.consume({
    components: COMPONENTS,
    policy: () => ({ ...POLICY, maxBatchJobs: 500 }),
    handle: async (batch) => {
      if (batch.lane.kind === 'fold') {
        const followUps = Array.from({ length: FOLLOW_UPS }, (_, index) => reaction('k', event(LARGE, index + 1)));
        return { completed: batch.jobs.length, followUps };
      }
      for (const job of batch.jobs) if (job.kind === 'reactor') seen.push(job.sequence);
      return done(batch);
    },
  });
  await queue.stage([range(lane('a'), 1)]);
  await eventually(() => expect(seen).toHaveLength(FOLLOW_UPS));
  expect(seen).toEqual(Array.from({ length: FOLLOW_UPS }, (_, index) => index + 1));
  await settled(queue);
  expect(await untruths(redis.client, shardPrefix('es', 'follow-ups', 0))).toEqual([]);
  await queue.drain();
});
