import { createHash } from 'node:crypto';
import { InvalidArgumentError } from '../errors/invalid-argument.error.js';
import { checkIdentifier } from './identifier.js';
import { MigrationChangedError } from './migration-changed.error.js';
import { MigrationUnknownError } from './migration-unknown.error.js';

/**
 * One step of a schema. Once released it never changes: a correction is a new migration.
 *
 * @typeParam Names what a step writes into its statements in place of all that depends on the installation
 */
export interface Migration<Names> {
  /** 1 and up, rising within its component. */
  readonly id: number;
  readonly name: string;
  /** One statement each, without a semicolon at its end. */
  readonly statements: (names: Names) => readonly string[];
}

/** The migrations of one store. Components are numbered independently of each other. */
export interface MigrationSet<Names> {
  /** Such as `event_store`. */
  readonly component: string;
  readonly migrations: readonly Migration<Names>[];
}

/** A migration that a database says it has had. */
export interface AppliedMigration {
  readonly component: string;
  readonly id: number;
  readonly checksum: string;
}

/**
 * SHA-256 over the statements as they stand in the source.
 *
 * @param canonical names that are the same for every installation
 */
export function checksumOf<Names>(migration: Migration<Names>, canonical: Names): string {
  const source = JSON.stringify(migration.statements(canonical));
  return createHash('sha256').update(source).digest('hex');
}

/** @throws InvalidArgumentError for ids that do not rise from 1, empty migrations, or a component named twice */
export function checkMigrationSets<Names>(sets: readonly MigrationSet<Names>[], canonical: Names): void {
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
      if (migration.statements(canonical).length === 0) throw new InvalidArgumentError(field, 'has no statement');
      previous = migration.id;
    }
  }
}

/**
 * Refuses a database that has had other migrations than these. Only components that this caller brings are judged:
 * others belong to other users of the database.
 *
 * @param database for messages, such as `ClickHouse database events`
 * @throws MigrationUnknownError, MigrationChangedError
 */
export function verifyApplied<Names>(
  database: string,
  sets: readonly MigrationSet<Names>[],
  applied: readonly AppliedMigration[],
  canonical: Names,
): void {
  for (const row of applied) {
    const set = sets.find(({ component }) => component === row.component);
    if (set === undefined) continue;
    const migration = set.migrations.find(({ id }) => id === row.id);
    const name = `${row.component}/${row.id}`;
    if (migration === undefined) throw new MigrationUnknownError(database, name);
    if (checksumOf(migration, canonical) !== row.checksum) throw new MigrationChangedError(database, name);
  }
}
