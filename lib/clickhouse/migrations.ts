import { createHash } from 'node:crypto';
import { InvalidArgumentError } from '../errors/invalid-argument.error.js';
import { checkIdentifier } from './identifier.js';
import { CANONICAL_NAMES, type TableNames } from './table-names.js';

/**
 * One step of a schema. Once released it never changes: a correction is a new migration.
 *
 * Every statement is idempotent (`IF NOT EXISTS`, `IF EXISTS`), since it may run more than once: ClickHouse has neither
 * transactions for such statements nor a lock that two starting processes could take.
 */
export interface Migration {
  /** 1 and up, rising within its component. */
  readonly id: number;
  readonly name: string;
  /** One statement each, without a semicolon. */
  readonly statements: (names: TableNames) => readonly string[];
}

/** The migrations of one store. Components are numbered independently of each other. */
export interface MigrationSet {
  /** Such as `event_store`. */
  readonly component: string;
  readonly migrations: readonly Migration[];
}

/** SHA-256 over the statements as they stand in the source, independent of database name and engine rendering. */
export function checksumOf(migration: Migration): string {
  const source = JSON.stringify(migration.statements(CANONICAL_NAMES));
  return createHash('sha256').update(source).digest('hex');
}

/** @throws InvalidArgumentError for ids that do not rise from 1, empty migrations, or a component named twice */
export function checkMigrationSets(sets: readonly MigrationSet[]): void {
  const seen = new Set<string>();
  for (const { component, migrations } of sets) {
    checkIdentifier('component', component);
    if (seen.has(component)) throw new InvalidArgumentError('component', `${component} is given twice`);
    seen.add(component);
    let previous = 0;
    for (const migration of migrations) {
      const field = `migration ${component}/${migration.id}`;
      if (!Number.isInteger(migration.id) || migration.id <= previous) {
        throw new InvalidArgumentError(field, `must have an integer id above ${previous}, the one before it`);
      }
      if (migration.statements(CANONICAL_NAMES).length === 0) throw new InvalidArgumentError(field, 'has no statement');
      previous = migration.id;
    }
  }
}
