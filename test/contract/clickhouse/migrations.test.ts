import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ClickHouseConnection } from '../../../lib/clickhouse/clickhouse-connection.js';
import type { Migration } from '../../../lib/clickhouse/migrations.js';
import { migrate } from '../../../lib/clickhouse/migrator.js';
import type { TableNames } from '../../../lib/clickhouse/table-names.js';
import { newDatabaseName, startTestClickHouse, type TestClickHouse } from '../../support/clickhouse-server.js';

let server: TestClickHouse;
let connection: ClickHouseConnection;

beforeAll(async () => {
  server = await startTestClickHouse();
});
afterAll(() => server.stop());
beforeEach(async () => {
  connection = await server.connect(newDatabaseName());
});

const FIRST: Migration = {
  id: 1,
  name: 'things',
  statements: (n) => [
    `CREATE TABLE IF NOT EXISTS ${n.table('things')} (a String, v UInt64) ENGINE = ${n.engine('ReplacingMergeTree', 'v')}
     ORDER BY a SETTINGS ${n.deduplicationWindow(100)}`,
  ],
};
const SECOND: Migration = {
  id: 2,
  name: 'colour of things',
  statements: (n) => [
    `ALTER TABLE ${n.table('things')} ADD COLUMN IF NOT EXISTS colour String`,
    `ALTER TABLE ${n.table('things')} ADD INDEX IF NOT EXISTS ix_colour colour TYPE bloom_filter GRANULARITY 1`,
  ],
};
const things = (...migrations: Migration[]) => [{ component: 'things', migrations }];

async function written(): Promise<unknown[]> {
  return connection.query('SELECT component, id, name FROM es_migrations FINAL ORDER BY component, id');
}

describe('migrate', () => {
  it('makes the database and its tables, and writes down what it did', async () => {
    await migrate(connection, things(FIRST, SECOND));
    await connection.insert('things', [{ a: 'x', v: 1, colour: 'red' }]);
    expect(await connection.query('SELECT * FROM things')).toEqual([{ a: 'x', v: '1', colour: 'red' }]);
    expect(await written()).toEqual([
      { component: 'things', id: 1, name: 'things' },
      { component: 'things', id: 2, name: 'colour of things' },
    ]);
    expect(
      await connection.query('SELECT engine FROM system.databases WHERE name = {name:String}', {
        name: connection.database,
      }),
    ).toEqual([{ engine: 'Atomic' }]);
  });

  it('runs each migration once', async () => {
    await migrate(connection, things(FIRST));
    await connection.command('DROP TABLE things');
    await migrate(connection, things(FIRST));
    expect(await connection.query('SELECT name FROM system.tables WHERE database = currentDatabase()')).toEqual([
      { name: 'es_migrations' },
    ]);
  });

  it('runs what is new in a later version, and numbers components on their own', async () => {
    await migrate(connection, things(FIRST));
    const other = {
      component: 'other',
      migrations: [
        {
          ...FIRST,
          statements: (n: TableNames) => [
            `CREATE TABLE IF NOT EXISTS ${n.table('other')} (a String) ENGINE = ${n.engine('MergeTree')} ORDER BY a`,
          ],
        },
      ],
    };
    await migrate(connection, [...things(FIRST, SECOND), other]);
    await connection.query('SELECT colour FROM things');
    await connection.query('SELECT a FROM other');
    expect(await written()).toHaveLength(3);
  });

  it('is harmless from several processes at once', async () => {
    const connections = await Promise.all(Array.from({ length: 6 }, () => server.connect(connection.database)));
    await Promise.all(connections.map((one) => migrate(one, things(FIRST, SECOND))));
    expect(await written()).toHaveLength(2);
    await connection.query('SELECT colour FROM things');
  });

  it('refuses a database that was made with another version of a migration', async () => {
    await migrate(connection, things(FIRST));
    const changed: Migration = { ...FIRST, statements: (n) => [...FIRST.statements(n), ...SECOND.statements(n)] };
    await expect(migrate(connection, things(changed))).rejects.toMatchObject({
      code: 'MIGRATION_CHANGED',
      kind: 'permanent',
      message: expect.stringContaining('things/1'),
    });
    await expect(connection.query('SELECT colour FROM things')).rejects.toMatchObject({ code: '47' });
  });

  it('finds that two versions of one migration ran at once', async () => {
    const racing: Migration = {
      id: 1,
      name: 'racing',
      statements: (n) => [
        `INSERT INTO ${n.database}.es_migrations (component, id, name, checksum) VALUES ('things', 1, 'racing', 'of the other')`,
      ],
    };
    await expect(migrate(connection, things(racing))).rejects.toMatchObject({ code: 'MIGRATION_CHANGED' });
  });

  it('refuses a database that a newer version has changed', async () => {
    await migrate(connection, things(FIRST, SECOND));
    await expect(migrate(connection, things(FIRST))).rejects.toMatchObject({
      code: 'MIGRATION_UNKNOWN',
      kind: 'permanent',
      message: expect.stringContaining('things/2'),
    });
  });

  it('takes up a migration that stopped half-way', async () => {
    const broken: Migration = {
      ...SECOND,
      statements: (n) => [
        ...SECOND.statements(n).slice(0, 1),
        'ALTER TABLE nonsense ADD COLUMN IF NOT EXISTS a String',
      ],
    };
    await expect(migrate(connection, things(FIRST, broken))).rejects.toMatchObject({
      code: 'MIGRATION_FAILED',
      message: expect.stringMatching(/^Statement 2 of ClickHouse migration things\/2 \(colour of things\) failed: /),
    });
    expect(await written()).toHaveLength(1);
    await migrate(connection, things(FIRST, SECOND));
    expect(await written()).toHaveLength(2);
  });
});
