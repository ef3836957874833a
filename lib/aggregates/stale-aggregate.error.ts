import { EventSourcingError } from '../errors/event-sourcing.error.js';

/**
 * Thrown when an aggregate object is used whose state does not follow from its events any more. Load it again.
 *
 * @publicApi
 */
export class StaleAggregateError extends EventSourcingError {
  readonly code = 'STALE_AGGREGATE';
  readonly kind = 'conflict';

  constructor(
    readonly aggregateId: string,
    why: string,
  ) {
    super(`The object of aggregate ${aggregateId} is of no more use: ${why}. Load it again and decide anew.`);
  }
}
