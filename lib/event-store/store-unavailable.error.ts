import { EventSourcingError } from '../errors/event-sourcing.error.js';

/**
 * Thrown when a store could not be reached or refused the work. Nothing of the call took effect; repeat it later.
 *
 * @publicApi
 */
export class StoreUnavailableError extends EventSourcingError {
  readonly code = 'STORE_UNAVAILABLE';
  readonly kind = 'transient';

  constructor(what: string, options?: ErrorOptions) {
    super(`${what}. Nothing was stored; repeat the call when the store is reachable again.`, options);
  }
}
