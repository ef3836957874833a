import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EVENT_STORE_MIGRATIONS } from '../../../lib/event-store/postgres/migrations/index.js';
import type { Migration } from '../../../lib/postgres/migrations.js';
import { migrate } from '../../../lib/postgres/migrator.js';
import { PgliteConnection } from '../../../lib/postgres/pglite-connection.js';
import { PoolConnection } from '../../../lib/postgres/pool-connection.js';
import type { PostgresConnection } from '../../../lib/postgres/postgres-connection.js';
import { schemaNames } from '../../../lib/postgres/schema-names.js';
import { PROJECTION_MIGRATIONS } from '../../../lib/projections/stores/postgres/migrations/index.js';
import { MigrationChangedError } from '../../../lib/sql/migration-changed.error.js';
import { MigrationFailedError } from '../../../lib/sql/migration-failed.error.js';
import { MigrationUnknownError } from '../../../lib/sql/migration-unknown.error.js';
import { expectInvalid, expectRefused } from '../../support/expect-refused.js';
import { startTestPostgres, type TestPostgres } from '../../support/postgres-server.js';

const PROCESSES = 8;

const first: Migration = {
  id: 1,
  name: 'first',
  statements: (names) => [`CREATE TABLE ${names.of('first')} (a integer)`],
};
const second: Migration = {
  id: 2,
  name: 'second',
  statements: (names) => [
    `INSERT INTO ${names.of('first')} VALUES (1)`,
    `CREATE TABLE ${names.of('second')} (a integer)`,
  ],
};
const failing: Migration = {
  id: 2,
  name: 'failing',
  statements: (names) => [`INSERT INTO ${names.of('first')} VALUES (1)`, 'SELECT 1 / 0'],
};
const set = (...migrations: Migration[]) => [{ component: 'test', migrations }];

let server: TestPostgres | undefined;
let url: string;
let count = 0;

beforeAll(async () => {
  server = await startTestPostgres();
  url = await server.createDatabase();
});
afterAll(async () => server?.stop());

const kinds: Record<string, () => Promise<PostgresConnection>> = {
  server: () => PoolConnection.open({ connectionString: url }),
  embedded: () => PgliteConnection.open(),
};

describe.each(Object.entries(kinds))('migrations of a database: %s', (_, open) => {
  let connection: PostgresConnection;

  beforeAll(async () => {
    connection = await open();
  });
  afterAll(async () => connection.close());

  const newNames = () => schemaNames(`schema_${(count += 1)}`);

  async function rows(text: string): Promise<readonly Record<string, unknown>[]> {
    return connection.query({ text });
  }

  test('run once, in their order, and those that are new the next time', async () => {
    const names = newNames();
    await migrate(connection, names, set(first));
    await migrate(connection, names, set(first));
    await migrate(connection, names, set(first, second));
    await migrate(connection, names, set(first, second));
    expect(await rows(`SELECT a FROM ${names.of('first')}`)).toEqual([{ a: 1 }]);
    const applied = await rows(`SELECT component, id, name FROM ${names.of('es_migrations')} ORDER BY id`);
    expect(applied).toEqual([
      { component: 'test', id: 1, name: 'first' },
      { component: 'test', id: 2, name: 'second' },
    ]);
  });

  test('leave nothing behind when one fails, and go on when that is mended', async () => {
    const names = newNames();
    const error = await expectRefused(() => migrate(connection, names, set(first, failing)), MigrationFailedError);
    expect(error.message).toContain('Statement 2 of PostgreSQL migration test/2 (failing)');
    expect(await rows(`SELECT to_regnamespace('${names.schema}') AS found`)).toEqual([{ found: null }]);
    await migrate(connection, names, set(first, second));
    expect(await rows(`SELECT a FROM ${names.of('first')}`)).toEqual([{ a: 1 }]);
  });

  test('are refused when they changed or when a newer version was here', async () => {
    const names = newNames();
    await migrate(connection, names, set(first, second));
    await expectRefused(() => migrate(connection, names, set(first, { ...failing })), MigrationChangedError);
    await expectRefused(() => migrate(connection, names, set(first)), MigrationUnknownError);
    await migrate(connection, names, [
      { component: 'other', migrations: [{ ...failing, id: 1, statements: () => ['SELECT 1'] }] },
    ]);
  });

  test('keep installations in two schemas apart', async () => {
    const [one, other] = [newNames(), newNames()];
    await migrate(connection, one, [EVENT_STORE_MIGRATIONS, PROJECTION_MIGRATIONS]);
    await migrate(connection, other, [EVENT_STORE_MIGRATIONS, PROJECTION_MIGRATIONS]);
    expect(await rows(`SELECT count(*)::int AS n FROM ${one.of('events')}`)).toEqual([{ n: 0 }]);
    expect(await rows(`SELECT count(*)::int AS n FROM ${other.of('events')}`)).toEqual([{ n: 0 }]);
  });
});

test(`run once for ${PROCESSES} processes that start at once`, async () => {
  const names = schemaNames('many');
  const connections = await Promise.all(
    Array.from({ length: PROCESSES }, () => PoolConnection.open({ connectionString: url })),
  );
  try {
    const sets = [EVENT_STORE_MIGRATIONS, PROJECTION_MIGRATIONS, ...set(first, second)];
    await Promise.all(connections.map((connection) => migrate(connection, names, sets)));
    const rows = await connections[0]!.query({ text: `SELECT a FROM ${names.of('first')}` });
    expect(rows).toEqual([{ a: 1 }]);
  } finally {
    await Promise.all(connections.map((connection) => connection.close()));
  }
});

test('need a database in UTF8', async () => {
  const admin = await PoolConnection.open({ connectionString: `${server!.url}/postgres` });
  await admin.query({ text: `CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0` });
  await admin.close();
  const connection = await PoolConnection.open({ connectionString: `${server!.url}/latin` });
  await expectInvalid(() => migrate(connection, schemaNames('any_schema'), set(first)), 'database');
  await connection.close();
});

test.each(['', 'Upper', 'with space', 'x"; DROP SCHEMA public', 'a'.repeat(64)])(
  'take no schema named %j',
  (schema) => {
    expect(() => schemaNames(schema)).toThrow('schema');
  },
);
