import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { ClickHouseConnection } from '../../../lib/clickhouse/clickhouse-connection.js';
import type { ClickHouseEventStore } from '../../../lib/event-store/clickhouse/clickhouse-event-store.js';
import type { ClickHouseEventStoreOptions } from '../../../lib/event-store/clickhouse/clickhouse-event-store-options.js';
import { AppendOutcomeUnknownError } from '../../../lib/event-store/append-outcome-unknown.error.js';
import { StoreUnavailableError } from '../../../lib/event-store/store-unavailable.error.js';
import { WrongExpectedSequenceError } from '../../../lib/event-store/wrong-expected-sequence.error.js';
import { openClickHouseEventStore } from '../../support/clickhouse-event-store.js';
import { newDatabaseName, startTestClickHouse, type TestClickHouse } from '../../support/clickhouse-server.js';
import { collect } from '../../support/collect.js';
import { CuttingProxy, type Fate } from '../../support/cutting-proxy.js';
import { eventually } from '../../support/eventually.js';
import { expectRefused } from '../../support/expect-refused.js';
import { createStorageContext } from '../../support/storage-context.js';
import { items, newStream, sequences, upTo } from '../../../lib/testing/contract/event-store/event-store-cases.js';

let server: TestClickHouse;
let proxy: CuttingProxy;
let direct: ClickHouseConnection;
let store: ClickHouseEventStore;

beforeAll(async () => {
  server = await startTestClickHouse();
});
afterAll(() => server.stop());
beforeEach(async () => {
  proxy = await CuttingProxy.start(server.url);
});
afterEach(async () => {
  proxy.fate = () => 'pass';
  await store.close();
  await proxy.stop();
});

async function open(options: ClickHouseEventStoreOptions = {}): Promise<void> {
  const database = newDatabaseName();
  direct = await server.connect(database);
  const connection = await server.connect(database, { url: proxy.url, requestTimeoutMs: 10_000 });
  store = await openClickHouseEventStore(connection, { exclusiveServer: true, ...options });
}

/** The fates of the inserts of events in their order; those after the last one pass. */
function fates(...list: readonly Fate[]): void {
  const left = [...list];
  proxy.fate = (head) => (head.includes('INSERT INTO events') ? (left.shift() ?? 'pass') : 'pass');
}

async function storedIds(): Promise<string[]> {
  const rows = await direct.query<{ event_id: string }>('SELECT event_id FROM events ORDER BY event_id');
  return rows.map(({ event_id }) => event_id);
}

test('an answer that got lost is asked for again, and nothing is stored twice', async () => {
  await open();
  const stream = newStream();
  let turn = 0;
  proxy.fate = (head) => (head.includes('INSERT INTO events') && turn++ % 2 === 0 ? 'cut' : 'pass');
  for (const n of upTo(10)) {
    const { firstSequence } = await store.append(stream, items(3));
    expect(firstSequence).toBe(3 * n - 2);
  }
  expect(sequences(await collect(store.read(stream)))).toEqual(upTo(30));
  expect(store.stats).toMatchObject({ batches: 10, inserts: 20, events: 30 });
  // The rows themselves, before any merge or read makes them distinct.
  expect(await storedIds()).toHaveLength(30);
});

test('a request that never arrived is sent again', async () => {
  await open();
  fates('refuse', 'refuse');
  const stream = newStream();
  expect((await store.append(stream, items(2))).lastSequence).toBe(2);
  expect(await storedIds()).toHaveLength(2);
  expect(store.stats.inserts).toBe(3);
});

test('when all answers get lost the outcome is unknown, and a repeat with the key is exactly once', async () => {
  await open({ maxInsertAttempts: 2, insertDeadlineMs: 500, maxInsertMs: 1_000 });
  const stream = newStream();
  await store.append(stream, items(1));
  fates('cut', 'cut');
  const error = await expectRefused(() => store.append(stream, items(2), { key: 'k' }), AppendOutcomeUnknownError);
  expect(error.stream).toEqual(stream);
  const repeat = await store.append(stream, items(2), { key: 'k' });
  expect(repeat).toMatchObject({ repeated: true, firstSequence: 2, lastSequence: 3 });
  expect((await store.append(stream, items(1))).firstSequence).toBe(4);
  expect(await storedIds()).toHaveLength(4);
});

test('when no request arrives the outcome is unknown too, and a repeat with the key is exactly once', async () => {
  await open({ maxInsertAttempts: 2, insertDeadlineMs: 500, maxInsertMs: 1_000 });
  const stream = newStream();
  fates('refuse', 'refuse');
  await expectRefused(() => store.append(stream, items(2), { key: 'k' }), AppendOutcomeUnknownError);
  expect(await store.appended(stream, ['k'])).toEqual(new Map());
  const repeat = await store.append(stream, items(2), { key: 'k' });
  expect(repeat).toMatchObject({ repeated: false, firstSequence: 1, lastSequence: 2 });
  expect(await storedIds()).toHaveLength(2);
});

test('an insert that arrives late, but before its deadline, takes its sequence from nobody', async () => {
  await open({ maxInsertAttempts: 1, insertDeadlineMs: 1_500, maxInsertMs: 1_000 });
  const stream = newStream();
  fates({ delayMs: 700 });
  await expectRefused(() => store.append(stream, items(1), { key: 'k' }), AppendOutcomeUnknownError);
  // Waits until the first insert can no longer come: without that, both would take sequence 1.
  const other = await store.append(stream, items(1), { key: 'l' });
  await proxy.settled();
  expect(other.firstSequence).toBe(2);
  expect(sequences(await collect(store.read(stream)))).toEqual([1, 2]);
  expect((await store.append(stream, items(1), { key: 'k' })).firstSequence).toBe(1);
});

test('an insert that arrives after its deadline stores nothing', async () => {
  await open({ maxInsertAttempts: 1, insertDeadlineMs: 300, maxInsertMs: 300 });
  const stream = newStream();
  fates({ delayMs: 2_500 });
  await expectRefused(() => store.append(stream, items(1), { key: 'k' }), AppendOutcomeUnknownError);
  const other = await store.append(stream, items(1), { key: 'l' });
  await proxy.settled();
  expect(other.firstSequence).toBe(1);
  const read = await collect(store.read(stream));
  expect(read).toEqual(other.events);
  expect(await storedIds()).toHaveLength(1);
});

test('other streams go on while one waits for an unknown outcome', async () => {
  await open({ maxInsertAttempts: 1, insertDeadlineMs: 1_000, maxInsertMs: 2_000, maxWaitMs: 1_000 });
  const stream = newStream();
  fates('cut');
  await expectRefused(() => store.append(stream, items(1), { key: 'k' }), AppendOutcomeUnknownError);
  const waiting = [store.append(stream, items(1)), store.appended(stream, ['k'])];
  expect((await store.append(newStream(), items(1))).firstSequence).toBe(1);
  for (const result of await Promise.allSettled(waiting)) {
    expect(result.status === 'rejected' && result.reason).toBeInstanceOf(StoreUnavailableError);
  }
});

test('an insert that was slow is sent again with a new deadline and the same token', async () => {
  await open({ insertDeadlineMs: 400 });
  const stream = newStream();
  fates({ slowMs: 700 });
  const result = await store.append(stream, items(2), { key: 'k' });
  expect(result).toMatchObject({ firstSequence: 1, lastSequence: 2, repeated: false });
  expect(store.stats).toMatchObject({ batches: 1, inserts: 2 });
  expect(await storedIds()).toHaveLength(2);
});

test('a server that cannot be reached stores nothing, and the next append goes on from the head', async () => {
  await open({ maxInsertAttempts: 2 });
  const stream = newStream();
  await store.append(stream, items(1));
  const port = Number(new URL(proxy.url).port);
  await proxy.stop();
  const results = await Promise.allSettled([
    store.append(stream, items(1), { key: 'k' }),
    store.append(stream, items(1), { key: 'k' }),
    store.append(stream, items(1), { expectedSequence: 1 }),
    store.append(newStream(), items(1)),
  ]);
  for (const result of results) {
    expect(result.status === 'rejected' && result.reason).toBeInstanceOf(StoreUnavailableError);
  }
  proxy = await CuttingProxy.start(server.url, port);
  expect((await store.append(stream, items(1), { key: 'k' })).firstSequence).toBe(2);
  expect(await storedIds()).toHaveLength(2);
});

test('a conflict with an append that was never stored is not told as a conflict', async () => {
  await open({ maxInsertAttempts: 1, insertDeadlineMs: 300, maxInsertMs: 300 });
  const stream = newStream();
  fates('refuse');
  const [write, conflict, certain] = await Promise.allSettled([
    store.append(stream, items(1)),
    store.append(stream, items(1), { expectedSequence: 0 }),
    store.append(stream, items(1), { expectedSequence: 7 }),
  ]);
  expect(write).toMatchObject({ reason: expect.any(AppendOutcomeUnknownError) });
  expect(conflict).toMatchObject({ reason: expect.any(StoreUnavailableError) });
  expect(certain).toMatchObject({ reason: expect.any(StoreUnavailableError) });
  await expectRefused(() => store.append(stream, items(1), { expectedSequence: 7 }), WrongExpectedSequenceError);
  expect((await store.append(stream, items(1), { expectedSequence: 0 })).firstSequence).toBe(1);
});

test('a batch that the server cannot take fails at once and stores nothing', async () => {
  await open();
  const stream = newStream();
  await store.append(stream, items(1));
  await direct.command('RENAME TABLE events TO events_away');
  await expectRefused(() => store.append(stream, items(1)), StoreUnavailableError);
  expect(store.stats.inserts).toBe(2);
  await direct.command('RENAME TABLE events_away TO events');
  expect((await store.append(stream, items(1))).firstSequence).toBe(2);
});

test('a repeat that the server drops without holding its rows is not taken for stored', async () => {
  await open({ maxInsertAttempts: 2, insertDeadlineMs: 5_000, maxInsertMs: 500 });
  const stream = newStream();
  const id = (await createStorageContext()).ids.next();
  const events = [{ ...items(1)[0]!, id }];
  fates('cut', { slowMs: 1_500 });
  // What a crash between the log of tokens and the part leaves behind: the token is known, the rows are gone.
  const lost = eventually(async () => {
    expect(await storedIds()).toEqual([id]);
    await direct.command('ALTER TABLE events DELETE WHERE 1', {}, { mutations_sync: 2 });
  });
  await expectRefused(() => store.append(stream, events, { key: 'k' }), AppendOutcomeUnknownError);
  await lost;
  expect(await storedIds()).toEqual([]);
  const repeat = await store.append(stream, events, { key: 'k' });
  expect(repeat).toMatchObject({ repeated: false, firstSequence: 1 });
  expect(await collect(store.read(stream))).toEqual(repeat.events);
});

test('every read says that the store is away, not what the driver says', async () => {
  await open();
  const stream = newStream();
  await store.append(stream, items(2), { key: 'known' });
  proxy.fate = () => 'refuse';
  await expect(store.head(stream)).rejects.toBeInstanceOf(StoreUnavailableError);
  await expect(collect(store.read(stream))).rejects.toBeInstanceOf(StoreUnavailableError);
  await expect(collect(store.heads({ aggregateType: stream.aggregateType }))).rejects.toBeInstanceOf(
    StoreUnavailableError,
  );
  await expect(store.appended(stream, ['known'])).rejects.toBeInstanceOf(StoreUnavailableError);
  proxy.fate = () => 'pass';
  expect(await store.head(stream)).toBe(2);
});
