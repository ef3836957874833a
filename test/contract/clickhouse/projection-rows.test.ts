import { afterAll, beforeAll, expect, test } from 'vitest';
import { ClosedError } from '../../../lib/errors/closed.error.js';
import { InvalidArgumentError } from '../../../lib/errors/invalid-argument.error.js';
import { StoreUnavailableError } from '../../../lib/event-store/store-unavailable.error.js';
import { ClickHouseProjectionStore } from '../../../lib/projections/stores/clickhouse/clickhouse-projection-store.js';
import { ClickHouseRecordStore } from '../../../lib/projections/stores/clickhouse/clickhouse-record-store.js';
import { PROJECTION_MIGRATIONS } from '../../../lib/projections/stores/clickhouse/migrations/index.js';
import { MAX_JSON_BYTES } from '../../../lib/projections/stores/encode-json.js';
import type { ProjectionRow } from '../../../lib/projections/stores/projection-row.js';
import { SaveOutcomeUnknownError } from '../../../lib/projections/stores/save-outcome-unknown.error.js';
import { startTestDatabase } from '../../support/clickhouse-database.js';
import type { TestDatabase } from '../../support/clickhouse-database.js';
import { collect } from '../../support/collect.js';
import { expectRefused } from '../../support/expect-refused.js';
import { newProjection, UPDATED_AT } from '../../../lib/testing/contract/projection-store/projection-store-cases.js';
import { newAggregate, record } from '../../../lib/testing/contract/record-store/record-store-cases.js';

let database: TestDatabase | undefined;
let store: ClickHouseProjectionStore;
let records: ClickHouseRecordStore;

beforeAll(async () => {
  database = await startTestDatabase([PROJECTION_MIGRATIONS]);
  store = new ClickHouseProjectionStore(database.connection);
  records = new ClickHouseRecordStore(database.connection);
});
afterAll(async () => database?.stop());

/** A second connection to the same data, whose statements can be watched or spoiled. */
async function connect(): ReturnType<TestDatabase['server']['connect']> {
  const { server, connection } = database!;
  return server.connect(connection.database);
}

function row(
  key: ReturnType<typeof newProjection>,
  id: string,
  sequence: number,
  state: ProjectionRow['state'],
): ProjectionRow {
  return { ...key, id, sequence, state, updatedAt: UPDATED_AT };
}

async function activeParts(table: string): Promise<number> {
  const [counted] = await database!.connection.query<{ parts: string }>(
    `SELECT count() AS parts FROM system.parts WHERE database = currentDatabase() AND table = {table:String} AND active`,
    { table },
  );
  return Number(counted!.parts);
}

test('takes the highest sequence out of parts that are not merged yet, and after they are', async () => {
  const { connection } = database!;
  await connection.command('SYSTEM STOP MERGES projection_rows');
  const key = newProjection();
  const sequences = [3, 9, 1, 7, 8, 2];
  for (const sequence of sequences) await store.save([row(key, 'one', sequence, { at: sequence })]);
  expect(await activeParts('projection_rows')).toBeGreaterThanOrEqual(sequences.length);
  const newest = row(key, 'one', 9, { at: 9 });
  const check = async (): Promise<void> => {
    expect(await store.load([newest])).toEqual([newest]);
    expect(await store.list(key)).toEqual({ rows: [newest], total: 1 });
    expect(await store.list({ ...key, filter: { at: 8 } })).toEqual({ rows: [], total: 0 });
    const all = await collect(store.sequences(key.projection, key.version));
    expect(all.filter(({ tenantId }) => tenantId === key.tenantId)).toEqual([
      { tenantId: key.tenantId, id: 'one', sequence: 9 },
    ]);
  };
  await check();
  await connection.command('SYSTEM START MERGES projection_rows');
  await connection.command('OPTIMIZE TABLE projection_rows FINAL');
  expect(await activeParts('projection_rows')).toBe(1);
  await check();
});

test('takes repeated records as one, in parts that are not merged yet and after they are', async () => {
  const { connection } = database!;
  await connection.command('SYSTEM STOP MERGES projection_records');
  const aggregate = newAggregate();
  const rows = [record(aggregate, 1), record(aggregate, 2, null)];
  for (let n = 0; n < 4; n++) await records.append(rows);
  expect(await activeParts('projection_records')).toBeGreaterThanOrEqual(4);
  const check = async (): Promise<void> => {
    expect(await records.read(aggregate)).toEqual([rows[0]]);
    expect(await collect(records.counts(aggregate.projection, 1))).toEqual([
      { tenantId: aggregate.tenantId, aggregateId: aggregate.aggregateId, count: 2, lastSequence: 2 },
    ]);
  };
  await check();
  await connection.command('SYSTEM START MERGES projection_records');
  await connection.command('OPTIMIZE TABLE projection_records FINAL');
  await check();
});

test('saves and loads of many callers share few statements', async () => {
  const connection = await connect();
  const counts = { inserts: 0, queries: 0 };
  const { insert, query } = connection;
  connection.insert = (...args) => ((counts.inserts += 1), insert.apply(connection, args));
  connection.query = (...args) => ((counts.queries += 1), query.apply(connection, args) as never);
  const shared = new ClickHouseProjectionStore(connection);
  const key = newProjection();
  const rows = Array.from({ length: 800 }, (_, n) => row(key, `r${n}`, 1, { n }));
  await Promise.all(rows.map((one) => shared.save([one])));
  expect(await Promise.all(rows.map(async (one) => (await shared.load([one]))[0]))).toEqual(rows);
  expect(counts.inserts).toBeLessThanOrEqual(4);
  expect(counts.queries).toBeLessThanOrEqual(4);
  await shared.close();
});

test('saves a row again that was deleted from the table, even where tables remember inserts', async () => {
  const { connection } = database!;
  // As replicated tables do by default.
  await connection.command('ALTER TABLE projection_rows MODIFY SETTING non_replicated_deduplication_window = 100');
  const one = row(newProjection(), 'one', 1, { v: 1 });
  await store.save([one]);
  await connection.command('DELETE FROM projection_rows WHERE tenant_id = {tenant:String}', { tenant: one.tenantId });
  expect(await store.load([one])).toEqual([null]);
  await store.save([one]);
  expect(await store.load([one])).toEqual([one]);
});

test('loads many large states, though not in one result, and refuses a page of them that is too large', async () => {
  const key = newProjection();
  const states = Array.from({ length: 36 }, (_, n) => `${n}`.padEnd(MAX_JSON_BYTES - 2, 'x'));
  const rows = states.map((state, n) => row(key, `r${n}`, 1, state));
  for (const one of rows) await store.save([one]);
  const loaded = await store.load(rows);
  // Not toEqual(), whose report of a difference would have hundreds of megabytes.
  expect(loaded.map((one, n) => one?.state === states[n])).toEqual(states.map(() => true));
  const error = await expectRefused(() => store.list(key), InvalidArgumentError);
  expect(error.field).toBe('query.limit');
  expect((await store.list({ ...key, limit: 2 })).rows.map(({ id }) => id)).toEqual(['r0', 'r1']);
});

test('loads keys of the greatest length, many at once', async () => {
  const { tenantId } = newProjection();
  const long = (n: number): string => `${n}`.padEnd(512, "'");
  const rows = Array.from({ length: 500 }, (_, n) => row({ tenantId, projection: long(n), version: 1 }, long(n), 1, n));
  await store.save(rows);
  expect(await store.load(rows)).toEqual(rows);
});

test('says that nothing was stored when the server cannot be reached, and goes on when it can again', async () => {
  const connection = await connect();
  const flaky = new ClickHouseProjectionStore(connection);
  const flakyRecords = new ClickHouseRecordStore(connection);
  const { insert, query, page } = connection;
  let attempts = 0;
  const refused = (): never => {
    attempts += 1;
    throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED', syscall: 'connect' });
  };
  connection.insert = async () => refused();
  connection.query = async () => refused();
  connection.page = async () => refused();
  const one = row(newProjection(), 'one', 1, { v: 1 });
  const mapped = record(newAggregate(), 1);
  const calls = [
    () => flaky.save([one]),
    () => flaky.load([one]),
    () => flaky.list(one),
    () => collect(flaky.sequences(one.projection, 1)),
    () => flakyRecords.append([mapped]),
    () => flakyRecords.read(mapped),
    () => collect(flakyRecords.counts(mapped.projection, 1)),
  ];
  for (const call of calls) {
    const error = await expectRefused(call, StoreUnavailableError);
    expect(error.cause).toMatchObject({ code: 'ECONNREFUSED' });
  }
  expect(attempts).toBe(5 * 4 + 2);
  Object.assign(connection, { insert, query, page });
  await flaky.save([one]);
  await flakyRecords.append([mapped]);
  expect(await flaky.load([one])).toEqual([one]);
  expect(await flakyRecords.read(mapped)).toEqual([mapped]);
});

test('sends a save again whose connection broke, and says so when its outcome stays unknown', async () => {
  const connection = await connect();
  const flaky = new ClickHouseProjectionStore(connection);
  const { insert } = connection;
  let broken = 1;
  connection.insert = async (...args) => {
    await insert.apply(connection, args);
    if (broken-- > 0) throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' });
  };
  const one = row(newProjection(), 'one', 1, { v: 1 });
  await flaky.save([one]);
  expect(await flaky.load([one])).toEqual([one]);
  broken = 1_000;
  const two = row(newProjection(), 'two', 1, { v: 2 });
  await expectRefused(() => flaky.save([two]), SaveOutcomeUnknownError);
  broken = 0;
  await flaky.save([two]);
  expect(await flaky.list(two)).toEqual({ rows: [two], total: 1 });
});

test('writes what it accepted before it closes, and refuses what comes after', async () => {
  const connection = await connect();
  const closing = new ClickHouseProjectionStore(connection);
  const key = newProjection();
  const rows = Array.from({ length: 50 }, (_, n) => row(key, `r${n}`, 1, { n }));
  const saves = rows.map((one) => closing.save([one]));
  await closing.close();
  await Promise.all(saves);
  expect(await store.load(rows)).toEqual(rows);
  await expectRefused(() => closing.save([rows[0]!]), ClosedError);
  await expectRefused(() => closing.load([rows[0]!]), ClosedError);
});
