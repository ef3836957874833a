import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { ClickHouseConnection } from '../../../lib/clickhouse/clickhouse-connection.js';
import { migrate } from '../../../lib/clickhouse/migrator.js';
import type { ClickHouseEventStore } from '../../../lib/event-store/clickhouse/clickhouse-event-store.js';
import type { ClickHouseEventStoreOptions } from '../../../lib/event-store/clickhouse/clickhouse-event-store-options.js';
import { EVENT_STORE_MIGRATIONS } from '../../../lib/event-store/clickhouse/migrations/index.js';
import { WriterFencedError } from '../../../lib/event-store/clickhouse/writer-fenced.error.js';
import { WriterLeaseHeldError } from '../../../lib/event-store/clickhouse/writer-lease-held.error.js';
import { StoreUnavailableError } from '../../../lib/event-store/store-unavailable.error.js';
import { beginInsert } from '../../support/begin-insert.js';
import { openClickHouseEventStore } from '../../support/clickhouse-event-store.js';
import { newDatabaseName, startTestClickHouse, type TestClickHouse } from '../../support/clickhouse-server.js';
import { collect } from '../../support/collect.js';
import { CuttingProxy } from '../../support/cutting-proxy.js';
import { eventually } from '../../support/eventually.js';
import { expectRefused } from '../../support/expect-refused.js';
import { items, newStream, sequences, upTo } from '../../../lib/testing/contract/event-store/event-store-cases.js';

const LATER_EPOCH = '18000000000000000000';

let server: TestClickHouse;
let database: string;
let connection: ClickHouseConnection;
let opened: ClickHouseEventStore[];

beforeAll(async () => {
  server = await startTestClickHouse();
});
afterAll(() => server.stop());
beforeEach(async () => {
  database = newDatabaseName();
  connection = await server.connect(database);
  opened = [];
});
afterEach(() => Promise.all(opened.map((store) => store.close())));

async function open(options: ClickHouseEventStoreOptions = {}, over = connection): Promise<ClickHouseEventStore> {
  const store = await openClickHouseEventStore(over, options);
  opened.push(store);
  return store;
}

async function openEpoch(epoch: string): Promise<void> {
  await connection.insert('arbiter_epochs', [{ epoch, writer: 'somebody', opened_at: 0 }]);
}

test('a later epoch fences the writer: its append fails, nothing of it is stored, and it stops for good', async () => {
  const store = await open();
  const stream = newStream();
  await store.append(stream, items(2));
  await openEpoch(LATER_EPOCH);
  const error = await expectRefused(() => store.append(stream, items(1)), WriterFencedError);
  expect(error).toMatchObject({ code: 'WRITER_FENCED', database, newestEpoch: LATER_EPOCH });
  await expectRefused(() => store.append(newStream(), items(1)), WriterFencedError);
  await expectRefused(() => store.appended(stream, ['k']), WriterFencedError);
  expect(store.problem).toBeInstanceOf(WriterFencedError);
  expect(sequences(await collect(store.read(stream)))).toEqual([1, 2]);
});

test('everything that waits behind a fenced batch fails too', async () => {
  const store = await open({ maxInFlight: 1, maxBatchEvents: 1 });
  const stream = newStream();
  await openEpoch(LATER_EPOCH);
  const results = await Promise.allSettled(
    upTo(5).flatMap((n) => [
      store.append(stream, items(1), { key: 'k', expectedSequence: n - 1 }),
      store.append(newStream(), items(1)),
    ]),
  );
  for (const result of results) {
    expect(result.status === 'rejected' && result.reason).toBeInstanceOf(WriterFencedError);
  }
  expect(await store.head(stream)).toBe(0);
});

test('a second writer waits for the lease, then says who holds it', async () => {
  const first = await open();
  const error = await expectRefused(() => open({ leaseWaitMs: 300 }), WriterLeaseHeldError);
  expect(error).toMatchObject({ code: 'WRITER_LEASE_HELD', database });
  expect(error.expiresAt.getTime()).toBeGreaterThan(Date.now());
  const stream = newStream();
  expect((await first.append(stream, items(1))).firstSequence).toBe(1);
});

test('a second writer takes over as soon as the first one has closed', async () => {
  const stream = newStream();
  const first = await open();
  await first.append(stream, items(3), { key: 'k' });
  const second = open({ maxInsertMs: 60_000, leaseWaitMs: 20_000 });
  await first.close();
  const result = await (await second).append(stream, items(1));
  expect(result.firstSequence).toBe(4);
});

test('of many processes that start at once exactly one becomes the writer', async () => {
  await migrate(connection, [EVENT_STORE_MIGRATIONS]);
  // All of them have seen that nobody holds the lease when the first one claims it.
  const proxy = await CuttingProxy.start(server.url);
  proxy.fate = (head) => (head.includes('INSERT INTO writer_lease') ? { slowMs: 400 } : 'pass');
  const over = await server.connect(database, { url: proxy.url });
  const results = await Promise.allSettled(upTo(3).map(() => open({ leaseWaitMs: 8_000, leaseMs: 60_000 }, over)));
  const winners = results.filter((result) => result.status === 'fulfilled');
  expect(winners).toHaveLength(1);
  for (const result of results) {
    if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(WriterLeaseHeldError);
  }
  const stream = newStream();
  expect((await winners[0]!.value.append(stream, items(1))).firstSequence).toBe(1);
  await winners[0]!.value.close();
  await proxy.stop();
});

test('after a writer that died without a word, waits for its lease', async () => {
  const proxy = await CuttingProxy.start(server.url);
  const dying = await server.connect(database, { url: proxy.url, requestTimeoutMs: 2_000 });
  const options = { leaseMs: 1_500, maxInsertMs: 100 };
  const stream = newStream();
  const first = await open({ ...options, closeTimeoutMs: 0 }, dying);
  await first.append(stream, items(2));
  await proxy.stop();
  const error = await expectRefused(() => open({ ...options, leaseWaitMs: 200 }), WriterLeaseHeldError);
  const second = await open(options);
  expect(Date.now()).toBeGreaterThan(error.expiresAt.getTime());
  expect((await second.append(stream, items(1))).firstSequence).toBe(3);
});

test('after a writer that died without a word, waits for an insert of it that has begun', async () => {
  await migrate(connection, [EVENT_STORE_MIGRATIONS]);
  const stream = newStream();
  await openEpoch('5');
  const finish = await beginInsert(server, connection, { epoch: '5', stream });
  const finished = sleep(1_500).then(finish);
  const second = await open({ maxInsertMs: 600 });
  const result = await second.append(stream, items(1));
  await finished;
  expect(result.firstSequence).toBe(2);
  expect(sequences(await collect(second.read(stream)))).toEqual([1, 2]);
});

test('a server of our own needs neither lease nor wait', async () => {
  const stream = newStream();
  const first = await open({ exclusiveServer: true, closeTimeoutMs: 0 });
  await first.append(stream, items(2));
  const second = await open({ exclusiveServer: true, leaseWaitMs: 60_000, maxInsertMs: 60_000 });
  expect((await second.append(stream, items(1))).firstSequence).toBe(3);
  await expectRefused(() => first.append(stream, items(1)), WriterFencedError);
  expect(await second.head(stream)).toBe(3);
});

test('renews its lease while it is idle', async () => {
  const store = await open({ leaseMs: 600 });
  await expectRefused(() => open({ leaseWaitMs: 2_000 }), WriterLeaseHeldError);
  expect((await store.append(newStream(), items(1))).firstSequence).toBe(1);
});

test('finds by its renewal alone that it has lost the lease', async () => {
  const store = await open({ leaseMs: 600 });
  await openEpoch(LATER_EPOCH);
  await eventually(() => expect(store.problem).toBeInstanceOf(WriterFencedError));
});

test('appends nothing while the lease has lapsed, and goes on when it is renewed', async () => {
  const proxy = await CuttingProxy.start(server.url);
  const broken = await server.connect(database, { url: proxy.url });
  const store = await open({ leaseMs: 300 }, broken);
  const stream = newStream();
  await store.append(stream, items(1));
  const inserts = store.stats.inserts;
  proxy.fate = (head) => (head.includes('writer_lease') ? 'refuse' : 'pass');
  await sleep(400);
  await expectRefused(() => store.append(stream, items(1)), StoreUnavailableError);
  expect(store.stats.inserts).toBe(inserts);
  proxy.fate = () => 'pass';
  expect((await store.append(stream, items(1))).firstSequence).toBe(2);
  await store.close();
  await proxy.stop();
});
