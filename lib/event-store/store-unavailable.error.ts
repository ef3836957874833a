import { OutageError } from '../errors/outage.error.js';

/**
 * Thrown when a store could not be reached or refused the work. Nothing of the call took effect; repeat it later.
 *
 * @publicApi
 */
export class StoreUnavailableError extends OutageError {
  readonly code = 'STORE_UNAVAILABLE';

  constructor(what: string, options?: ErrorOptions) {
    super(`${what}. Nothing was stored; repeat the call when the store is reachable again.`, options);
  }
}
