import { OutageError } from '../errors/outage.error.js';

/**
 * Thrown when no connection to PostgreSQL could be had in time: the server does not answer or does not let in, or all
 * connections of the pool are busy. The statement was not sent.
 *
 * @publicApi
 */
export class PostgresUnreachableError extends OutageError {
  readonly code = 'POSTGRES_UNREACHABLE';

  constructor(reason: string, options?: ErrorOptions) {
    super(`No connection to PostgreSQL (${reason}). The statement was not sent; repeat it later.`, options);
  }
}
