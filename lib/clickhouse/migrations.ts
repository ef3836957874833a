import * as sql from '../sql/migrations.js';
import { CANONICAL_NAMES, type TableNames } from './table-names.js';

/**
 * One step of a schema in ClickHouse. Every statement is idempotent (`IF NOT EXISTS`, `IF EXISTS`), since it may run
 * more than once: ClickHouse has neither transactions for such statements nor a lock that two starting processes could
 * take.
 */
export type Migration = sql.Migration<TableNames>;

export type MigrationSet = sql.MigrationSet<TableNames>;

/** SHA-256 over the statements as they stand in the source, independent of database name and engine rendering. */
export function checksumOf(migration: Migration): string {
  return sql.checksumOf(migration, CANONICAL_NAMES);
}

/** @throws InvalidArgumentError for ids that do not rise from 1, empty migrations, or a component named twice */
export function checkMigrationSets(sets: readonly MigrationSet[]): void {
  sql.checkMigrationSets(sets, CANONICAL_NAMES);
}
