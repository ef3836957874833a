import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ClickHouseConnection } from '../../../lib/clickhouse/clickhouse-connection.js';
import { checksumOf, type MigrationSet } from '../../../lib/clickhouse/migrations.js';
import { CLUSTER_SETTINGS } from '../../../lib/clickhouse/clickhouse-settings.js';
import { replicatedNames } from '../../../lib/clickhouse/table-names.js';
import { InvalidArgumentError } from '../../../lib/errors/invalid-argument.error.js';
import { EVENT_STORE_MIGRATIONS } from '../../../lib/event-store/clickhouse/migrations/index.js';
import { PROJECTION_MIGRATIONS } from '../../../lib/projections/stores/clickhouse/migrations/index.js';
import { newDatabaseName, startTestClickHouse, type TestClickHouse } from '../../support/clickhouse-server.js';

const SETS: readonly MigrationSet[] = [EVENT_STORE_MIGRATIONS, PROJECTION_MIGRATIONS];

let server: TestClickHouse;
let connection: ClickHouseConnection;

beforeAll(async () => {
  server = await startTestClickHouse();
  connection = await server.connect(newDatabaseName());
  await connection.createDatabase();
});
afterAll(() => server.stop());

const names = replicatedNames('es', 'main');
const statements = SETS.flatMap(({ component, migrations }) =>
  migrations.flatMap((migration) =>
    migration.statements(names).map((text) => [`${component}/${migration.id} ${migration.name}`, text] as const),
  ),
);

/** What the server understands a statement as. Without the client, whose FORMAT would become part of the statement. */
async function parse(statement: string): Promise<string> {
  const headers = { 'X-ClickHouse-User': server.username, 'X-ClickHouse-Key': server.password };
  const answer = await fetch(server.url, { method: 'POST', headers, body: `EXPLAIN AST ${statement}` });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.text();
}

describe('the rendering for replicas', () => {
  test.each(statements)('of %s is understood by the server', async (_, text) => {
    expect(text).toContain(' ON CLUSTER main');
    const tree = await parse(text);
    expect(tree).toContain('CreateQuery es');
    expect(tree).toMatch(/Function Replicated\w*MergeTree/);
  });

  test('covers every migration, and a statement that is none would be noticed', async () => {
    expect(statements.length).toBeGreaterThanOrEqual(6);
    await expect(parse(statements[0]![1].replace('ENGINE', 'ENGIN'))).rejects.toThrow('SYNTAX_ERROR');
  });

  test('has an argument of the engine behind the place in the keeper', () => {
    expect(names.engine('ReplacingMergeTree', 'head')).toBe(
      "ReplicatedReplacingMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}', head)",
    );
    expect(names.deduplicationWindow(5)).toBe('replicated_deduplication_window = 5');
  });

  test('has the same checksums as any other', () => {
    const [first] = EVENT_STORE_MIGRATIONS.migrations;
    const before = checksumOf(first!);
    first!.statements(names);
    expect(checksumOf(first!)).toBe(before);
  });

  test('refuses the name of a cluster that is none', () => {
    for (const cluster of ['', 'a b', "x'; DROP TABLE y", 'a-b']) {
      expect(() => replicatedNames('es', cluster)).toThrow(InvalidArgumentError);
    }
  });
});

test('a connection to a cluster says in every statement how many replicas must have what it writes and reads', async () => {
  const clustered = await server.connect(connection.database, { cluster: 'main' });
  const settings = Object.keys(CLUSTER_SETTINGS).map((name) => `getSetting('${name}') AS ${name}`);
  const [row] = await clustered.query<Record<string, unknown>>(`SELECT ${settings.join(', ')}`);
  expect(row).toEqual({ insert_quorum: 'auto', insert_quorum_parallel: false, select_sequential_consistency: 1 });
});
