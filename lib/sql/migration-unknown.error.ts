import { EventSourcingError } from '../errors/event-sourcing.error.js';

/**
 * Thrown when a database has had a migration that this version of the package does not know: a newer version has
 * been here. Nothing was changed.
 *
 * @publicApi
 */
export class MigrationUnknownError extends EventSourcingError {
  readonly code = 'MIGRATION_UNKNOWN';
  readonly kind = 'permanent';

  /** @param database such as `ClickHouse database events` */
  constructor(database: string, migration: string) {
    super(
      `The ${database} has migration ${migration}, which this version of the package does not know. ` +
        'Deploy the newer version that made it, or use another database.',
    );
  }
}
