import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BASE_SETTINGS } from '../../../lib/clickhouse/clickhouse-settings.js';
import type { ClickHouseConnection } from '../../../lib/clickhouse/clickhouse-connection.js';
import { newDatabaseName, startTestClickHouse, type TestClickHouse } from '../../support/clickhouse-server.js';

let server: TestClickHouse;
let connection: ClickHouseConnection;

beforeAll(async () => {
  server = await startTestClickHouse();
  connection = await server.connect(newDatabaseName());
  await connection.createDatabase();
});
afterAll(() => server.stop());

const sameValue = (value: string | number): string =>
  String(value)
    .replace(/^true$/, '1')
    .replace(/^false$/, '0');

describe('the settings of every statement', () => {
  test('are known to the server, and are in force as they stand there', async () => {
    const rows = await connection.query<{ name: string; in_force: string }>(
      'SELECT name, value AS in_force FROM system.settings WHERE has({names:Array(String)}, name)',
      { names: Object.keys(BASE_SETTINGS) },
    );
    const inForce = Object.fromEntries(rows.map((row) => [row.name, sameValue(row.in_force)]));
    const wanted = Object.entries(BASE_SETTINGS).map(([name, value]) => [name, sameValue(value)]);
    expect(inForce).toEqual(Object.fromEntries(wanted));
  });
});
