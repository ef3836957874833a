import { EventSourcingError } from '../errors/event-sourcing.error.js';

/**
 * Thrown when a database did not carry out a statement of a migration, after all repeats. The reason is the `cause`.
 * The next start takes it up again.
 *
 * @publicApi
 */
export class MigrationFailedError extends EventSourcingError {
  readonly code = 'MIGRATION_FAILED';
  readonly kind = 'permanent';

  constructor(database: string, migration: string, statement: number, cause: unknown) {
    super(
      `Statement ${statement} of ${database} migration ${migration} failed: ${cause instanceof Error ? cause.message : String(cause)}. ` +
        'Mend the reason and start again; what was already done is not done twice.',
      { cause },
    );
  }
}
