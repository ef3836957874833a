import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { ClickHouseConnection } from '../../../lib/clickhouse/clickhouse-connection.js';
import { ClosedError } from '../../../lib/errors/closed.error.js';
import { DomainEvent } from '../../../lib/events/domain-event.decorator.js';
import type { EventData } from '../../../lib/events/event-upcaster.js';
import { UndecodableEventError } from '../../../lib/events/undecodable-event.error.js';
import type { AppendResult } from '../../../lib/event-store/append-result.js';
import { MAX_EVENTS_PER_APPEND } from '../../../lib/event-store/prepare-append.js';
import { StoreUnavailableError } from '../../../lib/event-store/store-unavailable.error.js';
import { WrongExpectedSequenceError } from '../../../lib/event-store/wrong-expected-sequence.error.js';
import { openClickHouseEventStore } from '../../support/clickhouse-event-store.js';
import { newDatabaseName, startTestClickHouse, type TestClickHouse } from '../../support/clickhouse-server.js';
import { collect } from '../../support/collect.js';
import { ItemAdded, Noted } from '../../support/contract-events.js';
import { expectInvalid, expectRefused } from '../../support/expect-refused.js';
import { createStorageContext } from '../../support/storage-context.js';
import { items, newStream, sequences, upTo } from '../../../lib/testing/contract/event-store/event-store-cases.js';

let server: TestClickHouse;
let connection: ClickHouseConnection;

beforeAll(async () => {
  server = await startTestClickHouse();
});
afterAll(() => server.stop());
beforeEach(async () => {
  connection = await server.connect(newDatabaseName());
});

async function countRows(where = '1'): Promise<number> {
  const [row] = await connection.query<{ n: string }>(`SELECT count() AS n FROM events WHERE ${where}`);
  return Number(row!.n);
}

test('groups the appends of many callers into few inserts, without a hole or a double', async () => {
  const store = await openClickHouseEventStore(connection);
  const streams = upTo(5).map(() => newStream());
  const callers = upTo(100).map(async (caller) => {
    const taken: string[] = [];
    for (const turn of upTo(5)) {
      const stream = (caller + turn) % streams.length;
      const { events } = await store.append(streams[stream]!, items(2));
      taken.push(...events.map(({ sequence }) => `${stream}/${sequence}`));
    }
    return taken;
  });
  const taken = (await Promise.all(callers)).flat();
  expect(new Set(taken).size).toBe(1_000);
  for (const stream of streams) expect(sequences(await collect(store.read(stream)))).toEqual(upTo(200));
  expect(await countRows()).toBe(1_000);
  expect(store.stats).toMatchObject({ appends: 500, events: 1_000 });
  expect(store.stats.inserts).toBe(store.stats.batches);
  expect(store.stats.inserts).toBeLessThan(100);
  expect(store.stats.loads).toBe(1);
  await store.close();
});

test('appends that come while others of their stream are under way follow them', async () => {
  const store = await openClickHouseEventStore(connection);
  const streams = [newStream(), newStream()];
  const pending: Promise<AppendResult>[] = [];
  let rounds = 0;
  while (rounds < 100 || store.stats.batches < 3) {
    for (const stream of streams) pending.push(store.append(stream, items(1)));
    rounds++;
    await sleep(1);
  }
  const results = await Promise.all(pending);
  for (const stream of streams) {
    const ofStream = results.filter((result) => result.stream.tenantId === stream.tenantId);
    expect(ofStream.map(({ firstSequence }) => firstSequence)).toEqual(upTo(rounds));
    expect(sequences(await collect(store.read(stream)))).toEqual(upTo(rounds));
  }
  await store.close();
});

test('lets exactly one of 20 writers with the same expectation win, again and again', async () => {
  const store = await openClickHouseEventStore(connection);
  const stream = newStream();
  for (const expectedSequence of [0, 1, 2]) {
    const results = await Promise.allSettled(upTo(20).map(() => store.append(stream, items(1), { expectedSequence })));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(WrongExpectedSequenceError);
    }
  }
  expect(await store.head(stream)).toBe(3);
  await store.close();
});

test('knows a key after it was opened anew, and asks the log only once for a stream', async () => {
  const stream = newStream();
  const first = await openClickHouseEventStore(connection);
  const original = await first.append(stream, items(3), { key: 'k' });
  await first.append(stream, items(1));
  await first.close();

  const second = await openClickHouseEventStore(connection);
  expect(await second.append(stream, items(3), { key: 'k' })).toEqual({ ...original, repeated: true });
  const next = await second.append(stream, items(1), { key: 'l', expectedSequence: 4 });
  expect(next.firstSequence).toBe(5);
  expect([...(await second.appended(stream, ['k', 'l', 'm'])).keys()]).toEqual(['k', 'l']);
  expect(second.stats).toMatchObject({ loads: 1, appends: 1 });
  expect(await countRows()).toBe(5);
  await second.close();
});

test('answers what depends on an append of the same batch after that append', async () => {
  const store = await openClickHouseEventStore(connection);
  const stream = newStream();
  const [write, twin, conflict, next] = await Promise.allSettled([
    store.append(stream, items(2), { key: 'k' }),
    store.append(stream, items(2), { key: 'k' }),
    store.append(stream, items(1), { expectedSequence: 0 }),
    store.append(stream, items(1), { expectedSequence: 2 }),
  ]);
  expect(store.stats.batches).toBe(1);
  expect(write).toMatchObject({ value: { repeated: false, firstSequence: 1 } });
  expect(twin).toMatchObject({ value: { repeated: true, firstSequence: 1 } });
  expect(conflict).toMatchObject({ reason: { code: 'WRONG_EXPECTED_SEQUENCE', actual: 2 } });
  expect(next).toMatchObject({ value: { firstSequence: 3 } });
  await store.close();
});

test('remembers a bounded number of keys and streams, and looks up the others', async () => {
  const options = { maxKeysPerStream: 5, maxCachedStreams: 2, maxCachedKeys: 6 };
  const store = await openClickHouseEventStore(connection, options);
  const streams = upTo(4).map(() => newStream());
  for (const n of upTo(12)) {
    await Promise.all(streams.map((stream) => store.append(stream, items(1), { key: `k${n}` })));
  }
  for (const round of [1, 2]) {
    for (const stream of streams) {
      const keys = upTo(12).map((n) => `k${n}`);
      const repeats = await Promise.all(keys.map((key) => store.append(stream, items(1), { key })));
      expect(repeats.every(({ repeated }) => repeated)).toBe(true);
      expect(repeats.map(({ firstSequence }) => firstSequence)).toEqual(upTo(12));
      expect((await store.appended(stream, [...keys, 'unknown'])).size).toBe(12);
      const fresh = await store.append(stream, items(1), { key: `new ${round}` });
      expect(fresh).toMatchObject({ repeated: false, firstSequence: 12 + round });
    }
  }
  expect(await countRows()).toBe(4 * 14);
  await store.close();
});

test('looks for a forgotten key from the time on that is known of it, and records no append with it earlier', async () => {
  const store = await openClickHouseEventStore(connection, { maxKeysPerStream: 2 });
  const stream = newStream();
  // By a clock that is ahead, now, and long ago: so looked for among the latest rows, and in the index of keys.
  const times = [Date.now() + 5_000, Date.now(), Date.now() - 3_600_000, 0].map((time) => new Date(time));
  for (const [index, keySince] of times.entries()) {
    const { events } = await store.append(stream, items(2), { key: `k${index}`, keySince });
    expect(events[0]!.recordedAt.getTime()).toBeGreaterThanOrEqual(times[0]!.getTime());
  }
  const repeat = (index: number) => store.append(stream, items(1), { key: `k${index}`, keySince: times[index]! });
  const repeats = await Promise.all(times.map((_, index) => repeat(index)));
  expect(repeats.map(({ repeated, firstSequence, lastSequence }) => [repeated, firstSequence, lastSequence])).toEqual(
    times.map((_, index) => [true, 2 * index + 1, 2 * index + 2]),
  );
  await store.close();
  // Whoever begins anew has the latest keys from the log.
  const other = await openClickHouseEventStore(connection, { maxKeysPerStream: 2 });
  expect(await other.append(stream, items(1), { key: 'k3', keySince: times[3]! })).toMatchObject({ repeated: true });
  expect(await other.append(stream, items(1), { key: 'k0', keySince: times[0]! })).toMatchObject({ firstSequence: 1 });
  expect(await other.append(stream, items(1), { key: 'new', keySince: times[1]! })).toMatchObject({ repeated: false });
  await other.close();
});

test('of a long stream, those keys are remembered whose appends are among its last events', async () => {
  const options = { maxKeysPerStream: 2 };
  const first = await openClickHouseEventStore(connection, options);
  const stream = newStream();
  // Of each key eight events are loaded: the append with k1 is cut in two.
  for (const [key, count] of [
    ['k0', 3],
    ['k1', 4],
    ['k2', 3],
    [undefined, 3],
  ] as const) {
    await first.append(stream, items(count), { key });
  }
  await first.close();
  const second = await openClickHouseEventStore(connection, options);
  for (const [key, firstSequence, lastSequence] of [
    ['k2', 8, 10],
    ['k1', 4, 7],
    ['k0', 1, 3],
  ] as const) {
    expect(await second.append(stream, items(1), { key })).toMatchObject({
      repeated: true,
      firstSequence,
      lastSequence,
    });
  }
  expect(await second.append(stream, items(1), { key: 'k3' })).toMatchObject({ repeated: false, firstSequence: 14 });
  await second.close();
});

/** What the profile of a user can make of an insert that does not speak for itself. */
const HOSTILE_PROFILE = {
  max_block_size: 100,
  max_insert_block_size: 100,
  min_insert_block_size_rows: 1,
  min_insert_block_size_bytes: 1,
  max_threads: 4,
  max_insert_threads: 4,
  input_format_parallel_parsing: 1,
};

function underProfile(profile: Record<string, number>): ClickHouseConnection {
  const insertSelect: ClickHouseConnection['insertSelect'] = (sql, rows, params, settings) =>
    connection.insertSelect(sql, rows, params, { ...profile, ...settings });
  return Object.create(connection, { insertSelect: { value: insertSelect } }) as ClickHouseConnection;
}

test('stores 10,000 events of one append as one part, whatever the profile of the user says', async () => {
  const store = await openClickHouseEventStore(underProfile(HOSTILE_PROFILE));
  await connection.command('SYSTEM STOP MERGES events');
  const stream = newStream();
  const data = new Noted('x'.repeat(3_000));
  const events = Array.from({ length: MAX_EVENTS_PER_APPEND }, () => ({ data }));
  const [big, small] = await Promise.all([store.append(stream, events), store.append(newStream(), items(1))]);
  expect([big.firstSequence, big.lastSequence, small.lastSequence]).toEqual([1, 10_000, 1]);
  const parts = await connection.query<{ rows: string }>(
    `SELECT toString(rows) AS rows FROM system.parts WHERE database = currentDatabase() AND table = 'events' AND active`,
  );
  expect(parts.map(({ rows }) => rows).sort()).toEqual(['1', '10000']);
  await expectInvalid(() => store.append(stream, [...events, { data }]), 'events');
  await expectInvalid(
    () =>
      store.append(
        stream,
        events.map(() => ({ data: new Noted('x'.repeat(4_000)) })),
      ),
    'events',
  );
  expect(await store.head(stream)).toBe(10_000);
  await store.close();
});

test('keeps the metadata of every write exactly, also what no text encoding can hold', async () => {
  const store = await openClickHouseEventStore(connection);
  const stream = newStream();
  const text = 'NUL \u0000, emoji 🦄, quotes \'"`\\, line \u2028, lone \ud800 and \udc00';
  const metadata = { correlationId: text, causationId: text, userId: text, traceparent: text };
  const result = await store.append(stream, [{ data: new Noted(text), metadata }]);
  const [event] = await collect(store.read(stream));
  expect(event).toEqual(result.events[0]);
  expect(event).toMatchObject({ metadata, data: { body: text } });
  await store.close();
});

test('reads and counts a doubled row once', async () => {
  const store = await openClickHouseEventStore(connection);
  await connection.command('SYSTEM STOP MERGES events');
  const stream = newStream();
  await store.append(stream, items(3), { key: 'k' });
  await store.append(stream, items(2));
  await connection.command('INSERT INTO events SELECT * FROM events SETTINGS optimize_on_insert = 0');
  expect(await countRows()).toBe(10);
  expect(sequences(await collect(store.read(stream)))).toEqual(upTo(5));
  expect(sequences(await collect(store.read(stream, { direction: 'backwards', limit: 3 })))).toEqual([5, 4, 3]);
  const { tenantId, aggregateId, aggregateType } = stream;
  expect(await collect(store.heads({ aggregateType, tenantId }))).toEqual([
    { tenantId, aggregateId, sequence: 5, count: 5 },
  ]);
  expect(sequences((await store.appended(stream, ['k'])).get('k')!.events)).toEqual([1, 2, 3]);
  await store.close();
  const reopened = await openClickHouseEventStore(connection);
  expect((await reopened.append(stream, items(1))).firstSequence).toBe(6);
  await reopened.close();
});

test('reads types that nobody declares any more as plain data, and passes over them where types are named', async () => {
  const stream = newStream();
  const store = await openClickHouseEventStore(connection);
  await store.append(stream, [{ data: new ItemAdded('a') }, { data: new Noted('b') }]);
  await store.close();
  const context = await createStorageContext({}, [ItemAdded]);
  const reopened = await openClickHouseEventStore(connection, {}, context);
  const [known, unknown] = await collect(reopened.read(stream));
  expect(known!.data).toBeInstanceOf(ItemAdded);
  expect(unknown).toMatchObject({ type: 'contract.noted', sequence: 2, data: { body: 'b' } });
  expect(unknown!.data).not.toBeInstanceOf(Noted);
  expect(sequences(await collect(reopened.read(stream, { types: ['contract.item_added'] })))).toEqual([1]);
  await reopened.close();
});

test('shows old versions in their newest shape on every way out of the log', async () => {
  const stream = newStream();
  const store = await openClickHouseEventStore(connection);
  await store.append(stream, [{ data: new Noted('old') }], { key: 'k' });
  await store.close();
  @DomainEvent('contract.noted', { version: 2 })
  class NotedAnew {
    readonly text!: string;
  }
  const upcast = ({ body }: EventData): EventData => ({ text: `${String(body)}, upcasted` });
  const steps = [{ type: 'contract.noted', from: 1, to: 2, handler: { name: 'Step', resolve: () => ({ upcast }) } }];
  const context = await createStorageContext({}, [NotedAnew], steps);
  const reopened = await openClickHouseEventStore(connection, {}, context);
  const repeated = await reopened.append(stream, [{ data: Object.assign(new NotedAnew(), { text: 'new' }) }], {
    key: 'k',
  });
  const appended = (await reopened.appended(stream, ['k'])).get('k')!;
  for (const event of [...(await collect(reopened.read(stream))), ...repeated.events, ...appended.events]) {
    expect(event).toMatchObject({ version: 2, sequence: 1, data: { text: 'old, upcasted' } });
    expect(event.data).toBeInstanceOf(NotedAnew);
  }
  await reopened.close();
});

test('names tenant, stream and sequence of a row that is not an event', async () => {
  const store = await openClickHouseEventStore(connection);
  for (const column of ['payload', 'metadata']) {
    for (const text of ['{broken', '[1]', '"text"', 'null', '']) {
      const stream = newStream();
      await store.append(stream, items(2));
      await connection.command(
        `INSERT INTO events SELECT * REPLACE (3 AS sequence, 'bad' AS event_id, {text:String} AS ${column})
         FROM (SELECT * FROM events WHERE tenant_id = {tenant:String} AND sequence = 1)`,
        { text, tenant: stream.tenantId },
      );
      const error = await expectRefused(() => collect(store.read(stream)), UndecodableEventError);
      expect(error).toMatchObject({ ...stream, sequence: 3 });
      expect(sequences(await collect(store.read(stream, { to: 2 })))).toEqual([1, 2]);
    }
  }
  await store.close();
});

test('refuses what exceeds the bounds of its queue, and stores what it accepted', async () => {
  const store = await openClickHouseEventStore(connection, { maxWaitingAppends: 3 });
  const stream = newStream();
  const results = await Promise.allSettled(
    upTo(10).map((n) => store.append(stream, [{ data: new ItemAdded(`${n}`) }])),
  );
  expect(results.map(({ status }) => status)).toEqual([
    ...upTo(3).map(() => 'fulfilled'),
    ...upTo(7).map(() => 'rejected'),
  ]);
  for (const result of results.slice(3)) {
    expect((result as PromiseRejectedResult).reason).toBeInstanceOf(StoreUnavailableError);
  }
  expect((await store.append(stream, items(1))).firstSequence).toBe(4);
  await store.close();
});

test('closing stores what was accepted and refuses what comes later', async () => {
  const store = await openClickHouseEventStore(connection, { flushDelayMs: 10_000 });
  const stream = newStream();
  const accepted = upTo(5).map(() => store.append(stream, items(1)));
  await Promise.all([store.close(), store.close()]);
  expect((await Promise.all(accepted)).map(({ lastSequence }) => lastSequence)).toEqual(upTo(5));
  await expectRefused(() => store.append(stream, items(1)), ClosedError);
  await expectRefused(() => store.appended(stream, ['k']), ClosedError);
  await expectRefused(() => collect(store.read(stream)), ClosedError);
  await expectRefused(() => store.head(stream), ClosedError);
  expect(store.problem).toBeInstanceOf(ClosedError);
  expect(await countRows()).toBe(5);
});

test('never lets the recorded time of a stream fall, whatever the clock of the server does', async () => {
  const store = await openClickHouseEventStore(connection);
  const stream = newStream();
  await store.append(stream, items(1));
  await connection.command(
    `INSERT INTO events SELECT * REPLACE (2 AS sequence, 'later' AS event_id, recorded_at + INTERVAL 1 HOUR AS recorded_at)
     FROM events WHERE tenant_id = {tenant:String}`,
    { tenant: stream.tenantId },
  );
  await store.close();
  const reopened = await openClickHouseEventStore(connection);
  await reopened.append(stream, items(1));
  const [first, later, last] = await collect(reopened.read(stream));
  expect(later!.recordedAt.getTime() - first!.recordedAt.getTime()).toBe(3_600_000);
  expect(last!.recordedAt).toEqual(later!.recordedAt);
  await reopened.close();
});
