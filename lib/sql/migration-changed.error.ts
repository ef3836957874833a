import { EventSourcingError } from '../errors/event-sourcing.error.js';

/**
 * Thrown when a migration that this database already had differs from the one in this version of the package. Nothing
 * was changed. Use the version that made the database, or a new database.
 *
 * @publicApi
 */
export class MigrationChangedError extends EventSourcingError {
  readonly code = 'MIGRATION_CHANGED';
  readonly kind = 'permanent';

  /** @param database such as `ClickHouse database events` */
  constructor(database: string, migration: string) {
    super(
      `The ${database} was made with another version of migration ${migration} than this package has. ` +
        'Use the version of the package that made the database, or another database.',
    );
  }
}
