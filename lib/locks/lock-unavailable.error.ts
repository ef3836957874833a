import { OutageError } from '../errors/outage.error.js';

/**
 * Thrown when the server of the locks did not say in time whether a lock is free. Nothing was run. Repeat later: at
 * worst it is free when a lease is over.
 *
 * @publicApi
 */
export class LockUnavailableError extends OutageError {
  readonly code = 'LOCK_UNAVAILABLE';

  constructor(name: string, reason: string, options?: ErrorOptions) {
    super(`Whether the lock ${name} is free is not known (${reason}). Repeat later.`, options);
  }
}
