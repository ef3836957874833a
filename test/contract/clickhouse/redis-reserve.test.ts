import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ExpectedSequence } from '../../../lib/event-store/append-options.js';
import { judge, type Verdict } from '../../../lib/event-store/clickhouse/append-batch.js';
import type { Lane, WaitingAppend } from '../../../lib/event-store/clickhouse/lane.js';
import {
  decodeVerdict,
  encodeTaken,
  type JudgedReply,
  type StreamReply,
} from '../../../lib/event-store/clickhouse/redis-arbiter/reserve-codec.js';
import { CONFIRM } from '../../../lib/event-store/clickhouse/redis-arbiter/scripts/confirm.js';
import { PUBLISH_EPOCH } from '../../../lib/event-store/clickhouse/redis-arbiter/scripts/publish-epoch.js';
import { FIND_KEYS } from '../../../lib/event-store/clickhouse/redis-arbiter/scripts/find-keys.js';
import { RESERVE } from '../../../lib/event-store/clickhouse/redis-arbiter/scripts/reserve.js';
import { SEED } from '../../../lib/event-store/clickhouse/redis-arbiter/scripts/seed.js';
import { STRIKE_UNDISPATCHED } from '../../../lib/event-store/clickhouse/redis-arbiter/scripts/strike-undispatched.js';
import type { EventDraft } from '../../../lib/event-store/prepare-append.js';
import type { EventId } from '../../../lib/events/event-id.js';
import type { RedisConnection } from '../../../lib/redis/redis-connection.js';
import { createTenantId } from '../../../lib/tenancy/create-tenant-id.js';
import { startTestRedis, type TestRedis } from '../../support/redis-server.js';

const stream = { tenantId: createTenantId('t'), aggregateType: 'basket', aggregateId: 'one' };
const FIXED = ['epoch', 'open', 'undispatched', 'ranges'];
const TTL_MS = 60_000;

let redis: TestRedis;
let connection: RedisConnection;
let run = 0;

beforeAll(async () => {
  redis = await startTestRedis();
  connection = await redis.connect();
  await redis.client.set('claim', 'me');
  await connection.run(PUBLISH_EPOCH, ['epoch', 'claim'], ['me', '7', '', '']);
});
afterAll(() => redis?.stop());

interface Call {
  readonly events: number;
  readonly key?: string;
  readonly expectedSequence: ExpectedSequence;
}

const keyNames = fc.constantFrom('a', 'b', 'ключ 😀', '\u0000"\\');
const call: fc.Arbitrary<Call> = fc.record(
  {
    events: fc.integer({ min: 1, max: 3 }),
    key: keyNames,
    expectedSequence: fc.oneof(
      fc.integer({ min: 0, max: 9 }),
      fc.constantFrom('any' as const, 'no-stream' as const, 'stream-exists' as const),
    ),
  },
  { requiredKeys: ['events', 'expectedSequence'] },
);

function waiting({ events, key, expectedSequence }: Call): WaitingAppend {
  const draft = { ...stream, type: 'type', version: 1, payload: '{}', tags: [], metadata: {}, occurredAt: 5 };
  const drafts = Array.from({ length: events }, (_, n): EventDraft => ({ ...draft, id: `${n}` as EventId }));
  const append = { stream, drafts, key, expectedSequence, bytes: 0 };
  return { kind: 'append', stream, since: 0, append, resolve: () => undefined, reject: () => undefined };
}

/** A verdict with appends by their place, so that two can be compared. */
function plain({ items, writes, answers }: Verdict): unknown {
  const place = (item: WaitingAppend): number => items.indexOf(item);
  return {
    writes: writes.map(({ item, stored }) => ({ item: place(item), stored })),
    answers: answers.map((answer) => ({
      ...answer,
      item: place(answer.item),
      ...('write' in answer ? { write: place(answer.write.item) } : {}),
    })),
  };
}

test('the script judges as the arbiter in process does', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(call, { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 0, max: 6 }),
      fc.uniqueArray(keyNames),
      fc.integer({ min: 0, max: 2_000 }),
      async (calls, head, known, recordedAt) => {
        const [field, id, name] = [`f${(run += 1)}`, `id${run}`, `s${run}`];
        const lane: Lane = { key: field, stream, phase: 'flying', waiting: [], events: 0, bytes: 0 };
        const taken = { lane, items: calls.map(waiting) };
        const args = ['7', id, 'token', 9_000, 100, 1_000, TTL_MS, encodeTaken(taken, undefined)];
        const ask = async (): Promise<StreamReply> => {
          const [status, reply] = (await connection.run(RESERVE, [...FIXED, name], args)) as ['ok', StreamReply];
          expect(status).toBe('ok');
          return reply;
        };
        expect(await ask()).toEqual(['unknown', id]);
        const text = JSON.stringify([field, id, head, recordedAt, 0, ...known]);
        expect(await connection.run(SEED, ['undispatched', 'ranges', name], [TTL_MS, text])).toBe(1);
        const reply = await ask();
        const keys = new Map(known.map((key) => [key, { first: 1, last: 1 }]));
        lane.state = { head, recordedAt, keys, complete: true };
        const verdict = judge(taken, 1_000);
        expect(plain(decodeVerdict(taken, reply as JudgedReply))).toEqual(plain(verdict));
        // The same call again, as after a lost answer, says the same.
        expect(await ask()).toEqual(reply);
        const open = await redis.client.hget('open', field);
        expect(open === null).toBe(verdict.writes.length === 0);
        if (open !== null) {
          const last = verdict.writes.at(-1)!.stored.at(-1)!.sequence;
          expect(JSON.parse(open)).toMatchObject({ id, first: `${head + 1}`, last: `${last}` });
          const [status, other] = (await connection.run(
            RESERVE,
            [...FIXED, name],
            ['7', 'other', ...args.slice(2)],
          )) as [string, StreamReply];
          expect([status, other]).toEqual(['ok', ['held', open]]);
        }
      },
    ),
    { numRuns: 150 },
  );
});

test('large sequences and times stay exact', async () => {
  const head = 9_007_199_254_740_000;
  const lane: Lane = { key: 'large', stream, phase: 'flying', waiting: [], events: 0, bytes: 0 };
  const taken = { lane, items: [waiting({ events: 3, expectedSequence: head, key: 'k' })] };
  const args = ['7', 'large', 'token', 9_000, 100, 1_000, TTL_MS, encodeTaken(taken, undefined)];
  await connection.run(RESERVE, [...FIXED, 'sl'], args);
  await connection.run(
    SEED,
    ['undispatched', 'ranges', 'sl'],
    [TTL_MS, JSON.stringify(['large', 'large', head, 5, 0])],
  );
  const [, reply] = (await connection.run(RESERVE, [...FIXED, 'sl'], args)) as ['ok', JudgedReply];
  expect(decodeVerdict(taken, reply).writes[0]!.stored.map(({ sequence }) => sequence)).toEqual([
    head + 1,
    head + 2,
    head + 3,
  ]);
  expect(await redis.client.hget('ranges', 'large')).toBe(`${head + 1}:${head + 3}`);
});

test('in another epoch nothing is reserved', async () => {
  const lane: Lane = { key: 'x', stream, phase: 'flying', waiting: [], events: 0, bytes: 0 };
  const text = encodeTaken({ lane, items: [waiting({ events: 1, expectedSequence: 'any' })] }, undefined);
  const args = ['6', 'x', 'token', 9_000, 100, 1_000, TTL_MS, text];
  expect(await connection.run(RESERVE, [...FIXED, 'sx'], args)).toEqual(['lost']);
  expect(await redis.client.exists('sx')).toBe(0);
});

test('a ticket is good for once, and a reservation is closed by its id and last sequence', async () => {
  const lane: Lane = { key: 'c', stream, phase: 'flying', waiting: [], events: 0, bytes: 0 };
  const text = encodeTaken({ lane, items: [waiting({ events: 2, expectedSequence: 'any' })] }, undefined);
  const args = ['7', 'mine', 'token', 9_000, 100, 1_000, TTL_MS, text];
  const seed = (ticket: string, head: number): Promise<unknown> =>
    connection.run(SEED, ['undispatched', 'ranges', 'sc'], [TTL_MS, JSON.stringify(['c', ticket, head, 0, 0])]);
  await connection.run(RESERVE, [...FIXED, 'sc'], args);
  expect(await seed('another', 9)).toBe(0);
  expect(await seed('mine', 4)).toBe(1);
  expect(await seed('mine', 9)).toBe(0);
  await connection.run(RESERVE, [...FIXED, 'sc'], args);
  const confirm = (id: string, last: number): Promise<unknown> =>
    connection.run(CONFIRM, ['open', 'sc'], [TTL_MS, 10, 'c', id, last]);
  expect(await confirm('another', 6)).toBe(0);
  expect(await confirm('mine', 7)).toBe(0);
  expect(await redis.client.hget('sc', 'head')).toBe('4');
  expect(await confirm('mine', 6)).toBe(1);
  expect(await confirm('mine', 6)).toBe(0);
  expect(await redis.client.hget('sc', 'head')).toBe('6');
});

function textsOf(fields: readonly string[]): string[] {
  return fields.map((key) => {
    const lane: Lane = { key, stream, phase: 'flying', waiting: [], events: 0, bytes: 0 };
    return encodeTaken({ lane, items: [waiting({ events: 2, key: 'once', expectedSequence: 'any' })] }, undefined);
  });
}

test('takes more streams in one call than Lua unpacks at once', async () => {
  const fields = Array.from({ length: 2_300 }, (_, index) => `many-${index}`);
  const [first, last] = [fields[0]!, fields.at(-1)!];
  const seeding = redis.client.pipeline();
  for (const field of fields) seeding.hset(field, { head: 4, recordedAt: 0, forgotten: 0, keys: 0 });
  await seeding.exec();
  const fixed = ['epoch', 'open-many', 'undispatched-many', 'ranges-many'];
  const args = ['7', 'many', 'token', 9_000, 100, 1_000, TTL_MS, ...textsOf(fields)];
  const find = async (): Promise<Set<unknown>> => {
    const asked = fields.flatMap((field) => [field, 2, 'once', 'never']);
    const names = ['epoch', 'open-many', ...fields];
    return new Set((await connection.run(FIND_KEYS, names, ['7', ...asked])) as unknown[]);
  };
  expect(await find()).toEqual(new Set(['00']));
  for (let sent = 0; sent < 2; sent += 1) {
    const [status, ...replies] = (await connection.run(RESERVE, [...fixed, ...fields], args)) as [string, ...unknown[]];
    expect([status, new Set(replies.map((reply) => JSON.stringify(reply)))]).toEqual([
      'ok',
      new Set(['["judged",1000,[0,5]]']),
    ]);
  }
  expect(await find()).toEqual(new Set(['']));
  expect(await redis.client.hlen('open-many')).toBe(fields.length);
  expect(await redis.client.zcard('undispatched-many')).toBe(fields.length);
  const closing = fields.flatMap((field) => [field, 'many', 6]);
  expect(await connection.run(CONFIRM, ['open-many', ...fields], [TTL_MS, 10, ...closing])).toBe(fields.length);
  expect(await redis.client.hlen('open-many')).toBe(0);
  expect(await redis.client.hmget(last, 'head', 'keys', 'k:once')).toEqual(['6', '1', '1']);
  expect(await find()).toEqual(new Set(['10']));
  const undispatched = ['undispatched-many', 'ranges-many'];
  await connection.run(STRIKE_UNDISPATCHED, undispatched, [first, 5, 5, first, 6, 6, last, 5, 5]);
  expect(await redis.client.hmget('ranges-many', first, fields[1]!, last)).toEqual([null, '5:6', '6:6']);
  await connection.run(
    STRIKE_UNDISPATCHED,
    undispatched,
    fields.flatMap((field) => [field, 1, 6]),
  );
  expect(await redis.client.exists(...undispatched)).toBe(0);
});

test('refuses a stream that stands twice in one call, of which both would get the same sequences', async () => {
  await redis.client.hset('twice', { head: 0, recordedAt: 0, forgotten: 0, keys: 0 });
  const args = ['7', 'twin', 'token', 9_000, 100, 1_000, TTL_MS, ...textsOf(['twice', 'twice'])];
  await expect(connection.run(RESERVE, [...FIXED, 'twice', 'twice'], args)).rejects.toThrow('stands twice');
});
