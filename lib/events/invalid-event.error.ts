import { EventSourcingError } from '../errors/event-sourcing.error.js';

/**
 * Thrown when an event to append is not an instance of a `@DomainEvent` class, fails its validation, is not JSON, or
 * is over the bound in bytes. Nothing was stored.
 *
 * @publicApi
 */
export class InvalidEventError extends EventSourcingError {
  readonly code = 'INVALID_EVENT';
  readonly kind = 'permanent';

  /** @param problems one line a problem, each naming the property */
  constructor(
    readonly type: string,
    readonly problems: readonly string[],
    options?: ErrorOptions,
  ) {
    super(`Event ${type} is invalid: ${problems.join('; ')}.`, options);
  }
}
