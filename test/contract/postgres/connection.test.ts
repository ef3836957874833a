import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ClosedError } from '../../../lib/errors/closed.error.js';
import { classifyPostgresError } from '../../../lib/postgres/classify-postgres-error.js';
import { PgliteConnection } from '../../../lib/postgres/pglite-connection.js';
import { PoolConnection } from '../../../lib/postgres/pool-connection.js';
import type { PostgresPoolOptions } from '../../../lib/postgres/pool-options.js';
import type { PostgresConnection } from '../../../lib/postgres/postgres-connection.js';
import { PostgresUnreachableError } from '../../../lib/postgres/postgres-unreachable.error.js';
import { expectRefused } from '../../support/expect-refused.js';
import { gate } from '../../support/gate.js';
import { startTestPostgres, type TestPostgres } from '../../support/postgres-server.js';

let server: TestPostgres | undefined;
let url: string;
const opened: PostgresConnection[] = [];

beforeAll(async () => {
  server = await startTestPostgres();
  url = await server.createDatabase();
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((connection) => connection.close()));
});
afterAll(async () => server?.stop());

async function open(options: PostgresPoolOptions = {}): Promise<PoolConnection> {
  const connection = await PoolConnection.open({ connectionString: url, ...options });
  opened.push(connection);
  return connection;
}

async function openEmbedded(): Promise<PgliteConnection> {
  const connection = await PgliteConnection.open();
  opened.push(connection);
  return connection;
}

async function failureOf(call: () => Promise<unknown>): Promise<unknown> {
  return call().then(
    () => expect.fail('nothing failed'),
    (error: unknown) => error,
  );
}

test.each([
  ['server', open],
  ['embedded', openEmbedded],
] as const)('a transaction takes effect as a whole or not at all: %s', async (_, openOne) => {
  const connection: PostgresConnection = await openOne();
  await connection.query({ text: 'CREATE TABLE IF NOT EXISTS pairs (a integer PRIMARY KEY)' });
  const insert = (a: number) => ({ text: 'INSERT INTO pairs VALUES ($1)', values: [a] });
  await connection.transaction(async (transaction) => {
    await transaction.query(insert(1));
    await transaction.query(insert(2));
  });
  const failure = await failureOf(() =>
    connection.transaction(async (transaction) => {
      await transaction.query(insert(3));
      await transaction.query(insert(1));
    }),
  );
  expect(classifyPostgresError(failure)).toBe('permanent');
  const thrown = new Error('of the caller');
  const passed = await failureOf(() =>
    connection.transaction(async (transaction) => {
      await transaction.query(insert(4));
      throw thrown;
    }),
  );
  expect(passed).toBe(thrown);
  expect(await connection.query({ text: 'SELECT a FROM pairs ORDER BY a' })).toEqual([{ a: 1 }, { a: 2 }]);
});

test('what the server says no to is permanent, or transient where a repeat can help', async () => {
  const connection = await open({ statementTimeoutMs: 100 });
  const classOf = async (text: string) => classifyPostgresError(await failureOf(() => connection.query({ text })));
  expect(await classOf('SELEC 1')).toBe('permanent');
  expect(await classOf('SELECT * FROM missing')).toBe('permanent');
  expect(await classOf('SELECT 1 / 0')).toBe('permanent');
  expect(await classOf('SELECT pg_sleep(10)')).toBe('transient');
  for (const [code, expected] of [
    ['40001', 'transient'],
    ['40P01', 'transient'],
    ['53100', 'transient'],
    ['40003', 'unknown'],
    ['08006', 'unknown'],
    ['23505', 'permanent'],
  ] as const) {
    expect(await classOf(`DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '${code}'; END $$`)).toBe(expected);
  }
});

test('two transactions that wait for each other: one of them is told to come again', async () => {
  const connection = await open();
  await connection.query({ text: 'CREATE TABLE deadlock AS SELECT generate_series(1, 2) AS a' });
  const [left, right] = [gate(), gate()];
  const both = [
    [1, 2, left, right],
    [2, 1, right, left],
  ] as const;
  const results = await Promise.allSettled(
    both.map(([mine, other, here, there]) =>
      connection.transaction(async (transaction) => {
        const lock = (a: number) => ({ text: 'SELECT * FROM deadlock WHERE a = $1 FOR UPDATE', values: [a] });
        await transaction.query(lock(mine));
        here.open();
        await there.opened;
        await transaction.query(lock(other));
      }),
    ),
  );
  const failed = results.filter((result) => result.status === 'rejected');
  expect(failed.map(({ reason }) => classifyPostgresError(reason))).toEqual(['transient']);
});

test('a connection that the server ended leaves the outcome unknown, and the pool goes on', async () => {
  const connection = await open({ maxConnections: 2 });
  const sleeping = failureOf(() => connection.query({ text: 'SELECT pg_sleep(20)' }));
  const end = {
    text: `SELECT pg_terminate_backend(pid) AS ended FROM pg_stat_activity
           WHERE query LIKE '%pg_sleep(20)%' AND pid <> pg_backend_pid()`,
  };
  await expect.poll(async () => (await connection.query(end)).length).toBe(1);
  expect(classifyPostgresError(await sleeping)).toBe('unknown');
  expect(await connection.query({ text: 'SELECT 1 AS one' })).toEqual([{ one: 1 }]);
});

test('a statement that gets no connection in time was not sent', async () => {
  const connection = await open({ maxConnections: 1, connectTimeoutMs: 200 });
  const hold = gate();
  const busy = connection.transaction(() => hold.opened);
  const error = await expectRefused(() => connection.query({ text: 'SELECT 1' }), PostgresUnreachableError);
  expect(classifyPostgresError(error)).toBe('refused');
  hold.open();
  await busy;
  await connection.ping();
});

test('a server that does not answer is given up within the bound', async () => {
  const connection = await open({ connectionString: 'postgres://tester@127.0.0.1:1/x', connectTimeoutMs: 500 });
  const error = await expectRefused(() => connection.ping(), PostgresUnreachableError);
  expect(error.message).toContain('ECONNREFUSED');
});

test('what is closed refuses statements, and lets go of its connections', async () => {
  for (const connection of [await open(), await openEmbedded()]) {
    const running = connection.query({ text: 'SELECT 1 AS one' });
    await Promise.all([connection.close(), connection.close()]);
    expect(await running).toEqual([{ one: 1 }]);
    const error = await expectRefused(() => connection.query({ text: 'SELECT 1' }), ClosedError);
    expect(classifyPostgresError(error)).toBe('refused');
    await expectRefused(() => connection.transaction(async () => undefined), ClosedError);
  }
  const other = await open();
  const left = {
    text: `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
  };
  await expect.poll(async () => await other.query(left)).toEqual([]);
});

test('closing waits for what waits for a connection', async () => {
  for (const connection of [await open({ maxConnections: 1 }), await openEmbedded()]) {
    await connection.ping();
    const accepted = Array.from({ length: 5 }, (_, n) => connection.query({ text: `SELECT ${n} AS n` }));
    accepted.push(connection.transaction((transaction) => transaction.query({ text: 'SELECT 5 AS n' })));
    await connection.close();
    expect(await Promise.all(accepted)).toEqual(accepted.map((_, n) => [{ n }]));
  }
});

test('statements in the embedded one leave turns of the event loop to others', async () => {
  const connection = await openEmbedded();
  await connection.query({ text: 'SELECT 1' });
  let turns = 0;
  const timer = setInterval(() => (turns += 1), 1);
  const until = performance.now() + 300;
  while (performance.now() < until) await connection.query({ text: 'SELECT 1' });
  clearInterval(timer);
  expect(turns).toBeGreaterThan(5);
});
