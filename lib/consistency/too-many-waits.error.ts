import { EventSourcingError } from '../errors/event-sourcing.error.js';

/**
 * Thrown when too many callers of this process wait for projections already. Answer HTTP callers with 503, or read what
 * is there.
 *
 * @publicApi
 */
export class TooManyWaitsError extends EventSourcingError {
  readonly code = 'TOO_MANY_WAITS';
  readonly kind = 'transient';

  constructor(readonly limit: number) {
    super(`${limit} callers of this process wait for projections already. Repeat later, or read without waiting.`);
  }
}
