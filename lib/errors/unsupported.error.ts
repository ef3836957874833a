import { EventSourcingError } from './event-sourcing.error.js';

/**
 * Thrown when an adapter cannot do what its port offers elsewhere. Nothing was done; the message says what to use
 * instead.
 *
 * @publicApi
 */
export class UnsupportedError extends EventSourcingError {
  readonly code = 'UNSUPPORTED';
  readonly kind = 'permanent';

  /** @param instead a sentence that says what to use */
  constructor(
    readonly feature: string,
    readonly adapter: string,
    instead: string,
  ) {
    super(`${feature} is not supported on ${adapter}. ${instead}`);
  }
}
