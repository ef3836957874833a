import { OutageError } from '../errors/outage.error.js';

/**
 * Thrown when ClickHouse accepted a removal of rows and could not carry it out. It goes on trying: see
 * `system.mutations`, mend the cause, and repeat the call.
 *
 * @publicApi
 */
export class MutationFailedError extends OutageError {
  readonly code = 'MUTATION_FAILED';

  constructor(table: string, reason: string) {
    super(
      `Rows of ${table} could not be removed: ${reason}. Look into system.mutations, mend the cause, and repeat the call.`,
    );
  }
}
