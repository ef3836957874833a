import { EventSourcingError } from '../errors/event-sourcing.error.js';

/**
 * Thrown when the events that match the filter of an append are no longer those that were queried. Nothing was stored.
 *
 * @publicApi
 */
export class ContextChangedError extends EventSourcingError {
  readonly code = 'CONTEXT_CHANGED';
  readonly kind = 'conflict';

  constructor(
    readonly expectedMaxSequenceNumber: number,
    options?: ErrorOptions,
  ) {
    super(
      `Context changed: events were modified between query() and append() (optimistic locking): ` +
        `${expectedMaxSequenceNumber} is not the highest sequence number that matches the filter. Nothing was stored; ` +
        `query again and decide anew.`,
      options,
    );
  }
}
