import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ClosedError } from '../../../lib/errors/closed.error.js';
import { AppendOutcomeUnknownError } from '../../../lib/event-store/append-outcome-unknown.error.js';
import { EVENT_STORE_MIGRATIONS } from '../../../lib/event-store/postgres/migrations/index.js';
import { PostgresEventStore } from '../../../lib/event-store/postgres/postgres-event-store.js';
import { StoreUnavailableError } from '../../../lib/event-store/store-unavailable.error.js';
import { classifyPostgresError } from '../../../lib/postgres/classify-postgres-error.js';
import { migrate } from '../../../lib/postgres/migrator.js';
import { PoolConnection } from '../../../lib/postgres/pool-connection.js';
import type { PostgresPoolOptions } from '../../../lib/postgres/pool-options.js';
import { collect } from '../../support/collect.js';
import { ItemAdded, Noted } from '../../support/contract-events.js';
import { expectRefused } from '../../support/expect-refused.js';
import { TEST_NAMES } from '../../support/postgres-database.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { startTestPostgres, type TestPostgres } from '../../support/postgres-server.js';
import { createStorageContext } from '../../support/storage-context.js';
import { items, newStream, sequences, upTo } from '../../../lib/testing/contract/event-store/event-store-cases.js';

let server: TestPostgres | undefined;
let url: string;
const closers: (() => Promise<void>)[] = [];

beforeAll(async () => {
  server = await startTestPostgres({ settings: { fsync: 'on' } });
  url = await server.createDatabase();
  const connection = await PoolConnection.open({ connectionString: url });
  await migrate(connection, TEST_NAMES, [EVENT_STORE_MIGRATIONS]);
  await connection.close();
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});
afterAll(async () => server?.stop());

async function open(
  options: PostgresPoolOptions = {},
): Promise<{ connection: PoolConnection; store: PostgresEventStore }> {
  const connection = await PoolConnection.open({ connectionString: url, ...options });
  const store = await PostgresEventStore.open({ ...(await createStorageContext()), connection, names: TEST_NAMES });
  closers.push(async () => {
    await store.close();
    await connection.close();
  });
  return { connection, store };
}

async function openThroughProxy(): Promise<{ proxy: TcpProxy; store: PostgresEventStore }> {
  const proxy = await TcpProxy.start(server!.port);
  closers.push(() => proxy.stop());
  const { store } = await open({ connectionString: proxy.through(url), maxConnections: 1 });
  return { proxy, store };
}

/** The text column by which content queries go, as text. */
async function documents(connection: PoolConnection, tenantId: string): Promise<readonly string[]> {
  const rows = await connection.query<{ readonly document: string }>({
    text: `SELECT document::text AS document FROM ${TEST_NAMES.of('events')} WHERE tenant_id = $1 ORDER BY sequence`,
    values: [tenantId],
  });
  return rows.map(({ document }) => document);
}

describe('a broken connection', () => {
  test('makes the outcome unknown when the answer is lost, and a repeat with the key is safe', async () => {
    const { proxy, store } = await openThroughProxy();
    const stream = newStream();
    await store.append(stream, items(1));
    proxy.fate = 'cut';
    const error = await expectRefused(() => store.append(stream, items(2), { key: 'k' }), AppendOutcomeUnknownError);
    expect(error.stream).toEqual(stream);
    proxy.fate = 'pass';
    const repeat = await store.append(stream, items(2), { key: 'k' });
    expect([repeat.repeated, repeat.firstSequence, repeat.lastSequence]).toEqual([true, 2, 3]);
    expect((await store.appended(stream, ['k', 'other'])).get('k')).toEqual(repeat);
    expect(sequences(await collect(store.read(stream)))).toEqual([1, 2, 3]);
    expect(proxy.broken).toBeGreaterThan(0);
  });

  test('makes the outcome unknown when the append is lost, and a repeat with the key stores it', async () => {
    const { proxy, store } = await openThroughProxy();
    const stream = newStream();
    await store.append(stream, items(1));
    proxy.fate = 'lose';
    await expectRefused(() => store.append(stream, items(2), { key: 'k' }), AppendOutcomeUnknownError);
    proxy.fate = 'pass';
    const repeat = await store.append(stream, items(2), { key: 'k' });
    expect([repeat.repeated, repeat.lastSequence]).toEqual([false, 3]);
  });

  test('is got over by reads', async () => {
    const { proxy, store } = await openThroughProxy();
    const stream = newStream();
    await store.append(stream, items(3));
    proxy.fate = 'cut';
    const reading = collect(store.read(stream));
    await expect.poll(() => proxy.broken).toBeGreaterThan(0);
    proxy.fate = 'pass';
    expect(sequences(await reading)).toEqual([1, 2, 3]);
  });
});

describe('a server', () => {
  test('that cannot be reached stores nothing, and the error says so', async () => {
    const proxy = await TcpProxy.start(server!.port);
    const connectionString = proxy.through(url);
    const { store } = await open({ connectionString, connectTimeoutMs: 500 });
    await proxy.stop();
    await expectRefused(() => open({ connectionString }), StoreUnavailableError);
    const stream = newStream();
    // A read comes first: it is sent again when it meets the connection that broke just now.
    await expectRefused(() => store.head(stream), StoreUnavailableError);
    await expectRefused(() => store.append(stream, items(1)), StoreUnavailableError);
    await expectRefused(() => store.appended(stream, ['k']), StoreUnavailableError);
    await expectRefused(() => collect(store.read(stream)), StoreUnavailableError);
    await expectRefused(() => collect(store.heads({ aggregateType: 'x' })), StoreUnavailableError);
  });

  test('that is read-only stores nothing, and the error says so', async () => {
    const { connection, store } = await open();
    const { store: other } = await open();
    const stream = newStream();
    await other.append(stream, items(1));
    const [{ name }] = (await connection.query<{ name: string }>({ text: 'SELECT current_database() AS name' })) as [
      { name: string },
    ];
    await connection.query({ text: `ALTER DATABASE ${name} SET default_transaction_read_only = on` });
    try {
      const { store: readOnly } = await open();
      await expectRefused(() => readOnly.append(stream, items(1)), StoreUnavailableError);
      expect(await readOnly.head(stream)).toBe(1);
    } finally {
      await connection.query({ text: `ALTER DATABASE ${name} RESET default_transaction_read_only` });
    }
    expect(await store.head(stream)).toBe(1);
  });

  test('that holds an append up beyond the bound stores nothing, and the next one goes through', async () => {
    const { connection, store: writer } = await open();
    const { store } = await open({ statementTimeoutMs: 150 });
    const stream = newStream();
    await writer.append(stream, items(1));
    await connection.transaction(async (transaction) => {
      await transaction.query({ text: `SELECT * FROM ${TEST_NAMES.of('streams')} FOR UPDATE` });
      await expectRefused(() => store.append(stream, items(1)), StoreUnavailableError);
    });
    expect((await store.append(stream, items(1))).lastSequence).toBe(2);
  });

  test('that stands still makes the outcome unknown in the end, and a repeat is safe when it wakes up', async () => {
    const { connection, store } = await open({ maxConnections: 1, statementTimeoutMs: 100 });
    const { store: other } = await open();
    const stream = newStream();
    await store.append(stream, items(1));
    const [{ pid }] = (await connection.query<{ pid: number }>({ text: 'SELECT pg_backend_pid() AS pid' })) as [
      { pid: number },
    ];
    process.kill(pid, 'SIGSTOP');
    try {
      await expectRefused(() => store.append(stream, items(2), { key: 'k' }), AppendOutcomeUnknownError);
      await other.append(stream, items(2), { key: 'k' });
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    const running = { text: 'SELECT 1 FROM pg_stat_activity WHERE pid = $1', values: [pid] };
    await expect.poll(() => connection.query(running), { timeout: 10_000 }).toEqual([]);
    expect((await store.append(stream, items(2), { key: 'k' })).repeated).toBe(true);
    expect(sequences(await collect(store.read(stream)))).toEqual([1, 2, 3]);
  });

  test('that is killed loses nothing that was acknowledged, and repeats with keys are safe', async () => {
    const { store } = await open();
    const streams = upTo(4).map((n) => newStream({ aggregateId: `s${n}` }));
    const acknowledged = new Set<string>();
    const unknown: { stream: (typeof streams)[number]; key: string }[] = [];
    let stopped = false;
    const writers = streams.map(async (stream, w) => {
      for (let n = 0; !stopped; n += 1) {
        const key = `w${w} ${n}`;
        try {
          await store.append(stream, [{ data: new ItemAdded(key) }], { key });
          acknowledged.add(key);
        } catch (error) {
          if (!(error instanceof AppendOutcomeUnknownError)) expect(error).toBeInstanceOf(StoreUnavailableError);
          unknown.push({ stream, key });
          stopped = true;
        }
      }
    });
    await expect.poll(() => acknowledged.size).toBeGreaterThan(40);
    await server!.crash();
    await Promise.all(writers);
    expect(unknown.length).toBeGreaterThan(0);
    for (const { stream, key } of unknown) await store.append(stream, [{ data: new ItemAdded(key) }], { key });
    const logs = await Promise.all(streams.map((stream) => collect(store.read(stream))));
    for (const log of logs) expect(sequences(log)).toEqual(upTo(log.length));
    const names = logs.flat().map(({ data }) => (data as ItemAdded).name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.sort()).toEqual([...acknowledged, ...unknown.map(({ key }) => key)].sort());
  });
});

describe('the log', () => {
  test.each([
    ['UPDATE', (table: string) => `UPDATE ${table} SET payload = '{}'`],
    ['DELETE', (table: string) => `DELETE FROM ${table}`],
    ['TRUNCATE', (table: string) => `TRUNCATE ${table}`],
    ['DELETE as a replica', (table: string) => `SET LOCAL session_replication_role = replica; DELETE FROM ${table}`],
  ])('refuses %s', async (_, statement) => {
    const { connection, store } = await open();
    const stream = newStream();
    await store.append(stream, items(1));
    const error: unknown = await connection.query({ text: statement(TEST_NAMES.of('events')) }).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ code: '23001' });
    expect(classifyPostgresError(error)).toBe('permanent');
    expect(await store.head(stream)).toBe(1);
    expect(await collect(store.read(stream))).toHaveLength(1);
  });

  test('keeps every payload as it was, and a document for content queries as deep as patterns go', async () => {
    const { connection, store } = await open();
    const stream = newStream();
    const deep = JSON.parse(`${'['.repeat(2_000)}${']'.repeat(2_000)}`) as unknown;
    const bodies = [{ z: 1, a: 1e21 }, 'NUL \u0000 and \u0001', 'lone \ud800', deep];
    const { events } = await store.append(
      stream,
      bodies.map((body) => ({ data: new Noted(body) })),
    );
    expect(await collect(store.read(stream))).toEqual(events);
    expect(events.map(({ data }) => (data as Noted).body)).toEqual(bodies);
    const found = await documents(connection, stream.tenantId);
    expect(
      found.map(
        (document) => (JSON.parse(document) as Record<string, { payload: Noted }>)[stream.tenantId]!.payload.body,
      ),
    ).toEqual([
      { z: 1, a: 1e21 },
      'NUL \u0001\u0001 and \u0001\u0002',
      'lone \ufffd',
      JSON.parse(`${'['.repeat(32)}${']'.repeat(32)}`),
    ]);
  });

  test('leaves nothing behind of an append that was refused', async () => {
    const { connection, store } = await open();
    const stream = newStream();
    for (const expectedSequence of [3, 'stream-exists'] as const) {
      await expect(store.append(stream, items(1), { expectedSequence })).rejects.toMatchObject({ actual: 0 });
    }
    const rows = await connection.query({
      text: `SELECT 1 FROM ${TEST_NAMES.of('streams')} WHERE tenant_id = $1`,
      values: [stream.tenantId],
    });
    expect(rows).toEqual([]);
  });

  test('reads large events in pages of bounded bytes, in both directions', async () => {
    const { connection, store } = await open();
    const stream = newStream();
    const large = 'x'.repeat(900_000);
    await store.append(
      stream,
      upTo(12).map((n) => ({ data: new Noted(`${n}${large}`) })),
    );
    const query = connection.query.bind(connection);
    const sizes: number[] = [];
    connection.query = async (statement) => {
      const rows = await query(statement);
      sizes.push(rows.length);
      return rows as never;
    };
    expect(sequences(await collect(store.read(stream)))).toEqual(upTo(12));
    expect(sequences(await collect(store.read(stream, { direction: 'backwards', limit: 11 })))).toEqual(
      upTo(12, 2).reverse(),
    );
    expect(Math.max(...sizes)).toBe(5);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(23);
  });

  test('never falls in time within a stream, even when the clock of the server does', async () => {
    const { connection, store } = await open();
    const stream = newStream();
    const first = await store.append(stream, items(1));
    await connection.query({
      text: `UPDATE ${TEST_NAMES.of('streams')} SET recorded_at = recorded_at + interval '1 hour' WHERE tenant_id = $1`,
      values: [stream.tenantId],
    });
    const second = await store.append(stream, items(1));
    expect(second.events[0]!.recordedAt.getTime() - first.events[0]!.recordedAt.getTime()).toBe(3_600_000);
  });
});

test('appends one small event in one round trip', async () => {
  const { connection, store } = await open();
  const stream = newStream();
  const query = connection.query.bind(connection);
  let statements = 0;
  connection.query = (statement) => {
    statements += 1;
    return query(statement);
  };
  await store.append(stream, items(1), { key: 'k', expectedSequence: 'no-stream' });
  expect(statements).toBe(1);
});

test('finishes what it accepted before it closes, and refuses what comes after', async () => {
  const { store } = await open();
  const stream = newStream();
  const appends = upTo(20).map(() => store.append(stream, items(1)));
  await store.close();
  const results = await Promise.all(appends);
  expect(results.map(({ lastSequence }) => lastSequence)).toEqual(upTo(20));
  await expectRefused(() => store.append(stream, items(1)), ClosedError);
  await expectRefused(() => store.appended(stream, ['k']), ClosedError);
  await expectRefused(() => store.read(stream), ClosedError);
  await expectRefused(() => store.head(stream), ClosedError);
});

test('stays in READ COMMITTED on a database that has another default', async () => {
  const { connection } = await open();
  const [{ name }] = (await connection.query<{ name: string }>({ text: 'SELECT current_database() AS name' })) as [
    { name: string },
  ];
  await connection.query({ text: `ALTER DATABASE ${name} SET default_transaction_isolation = serializable` });
  try {
    const { connection: fresh, store } = await open();
    const { store: other } = await open();
    const isolation = await fresh.query({ text: `SELECT current_setting('transaction_isolation') AS level` });
    expect(isolation).toEqual([{ level: 'read committed' }]);
    const stream = newStream();
    await Promise.all(upTo(50).flatMap(() => [store, other].map((one) => one.append(stream, items(1)))));
    expect(await store.head(stream)).toBe(100);
  } finally {
    await connection.query({ text: `ALTER DATABASE ${name} RESET default_transaction_isolation` });
  }
});
