import { setTimeout as sleep } from 'node:timers/promises';
import { MigrationFailedError } from '../sql/migration-failed.error.js';
import { verifyApplied, type AppliedMigration } from '../sql/migrations.js';
import { classifyClickHouseError } from './classify-clickhouse-error.js';
import type { ClickHouseConnection } from './clickhouse-connection.js';
import { checkMigrationSets, checksumOf, type Migration, type MigrationSet } from './migrations.js';
import { CANONICAL_NAMES, namesOf } from './table-names.js';

const TABLE = 'es_migrations';
const MAX_ATTEMPTS = 5;
const RETRY_MS = 200;
/** Two processes that make the same thing at once: the loser finds it made when it looks again. */
const LOST_RACE_CODES = ['57', '82'];

/**
 * Brings a database up to date: makes it, runs every migration that it has not had, and writes down each in the table
 * `es_migrations`.
 *
 * Safe from several processes at once without a lock, which ClickHouse does not have: they may run the same statement
 * twice, which is harmless since all are idempotent, and write down the same migration twice, which the table merges
 * into one row. Two *versions* of a migration at once are found by reading the table again afterwards, by at least
 * one of the two processes.
 *
 * @throws MigrationChangedError, MigrationUnknownError, MigrationFailedError, InvalidArgumentError
 */
export async function migrate(connection: ClickHouseConnection, sets: readonly MigrationSet[]): Promise<void> {
  checkMigrationSets(sets);
  const names = namesOf(connection);
  const table = `${connection.database}.${TABLE}`;
  await attempt('es_migrations/0', 1, () => connection.createDatabase());
  await attempt('es_migrations/0', 2, () =>
    connection.command(
      `CREATE TABLE IF NOT EXISTS ${names.table(TABLE)}
       (component String, id UInt32, name String, checksum String, applied_at DateTime64(3, 'UTC') DEFAULT now64(3))
       ENGINE = ${names.engine('ReplacingMergeTree')} ORDER BY (component, id, checksum)`,
    ),
  );
  const applied = await readApplied(connection, table);
  verify(connection.database, sets, applied);
  let ran = 0;
  for (const { component, migrations } of sets) {
    for (const migration of migrations) {
      if (applied.some((row) => row.component === component && row.id === migration.id)) continue;
      await run(connection, component, migration);
      const row = { component, id: migration.id, name: migration.name, checksum: checksumOf(migration) };
      await attempt(`${component}/${migration.id}`, 0, () => connection.insert(table, [row]));
      ran += 1;
    }
  }
  if (ran > 0) verify(connection.database, sets, await readApplied(connection, table));
}

async function run(connection: ClickHouseConnection, component: string, migration: Migration): Promise<void> {
  const statements = migration.statements(namesOf(connection));
  for (const [index, statement] of statements.entries()) {
    await attempt(`${component}/${migration.id} (${migration.name})`, index + 1, () => connection.command(statement));
  }
}

/** The checksum is part of the key, so a merge cannot hide that two versions of one migration have run. */
function readApplied(connection: ClickHouseConnection, table: string): Promise<AppliedMigration[]> {
  return connection.query<AppliedMigration>(
    `SELECT DISTINCT component, id, checksum FROM ${table} ORDER BY component, id`,
  );
}

function verify(database: string, sets: readonly MigrationSet[], applied: readonly AppliedMigration[]): void {
  verifyApplied(`ClickHouse database ${database}`, sets, applied, CANONICAL_NAMES);
}

/** Everything here is idempotent, so what may have run is simply run again. */
async function attempt(migration: string, statement: number, step: () => Promise<void>): Promise<void> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await step();
    } catch (error) {
      const hopeless = classifyClickHouseError(error) === 'permanent' && !lostRace(error);
      if (hopeless || tried === MAX_ATTEMPTS) throw new MigrationFailedError('ClickHouse', migration, statement, error);
      await sleep(RETRY_MS * tried);
    }
  }
}

function lostRace(error: unknown): boolean {
  return error instanceof Error && 'code' in error && LOST_RACE_CODES.includes(String(error.code));
}
