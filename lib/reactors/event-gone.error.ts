import { EventSourcingError } from '../errors/event-sourcing.error.js';
import type { StreamId } from '../event-store/stream-id.js';

/**
 * The error of a reaction whose event, too large for the queue to carry, is no longer in the log: retention removed it,
 * or its stream was forgotten. The reaction goes to the dead letters at once; discard it there.
 *
 * @publicApi
 */
export class EventGoneError extends EventSourcingError {
  readonly code = 'EVENT_GONE';
  readonly kind = 'permanent';

  constructor(
    readonly stream: StreamId,
    readonly sequence: number,
  ) {
    const { tenantId, aggregateType, aggregateId } = stream;
    super(
      `Event ${sequence} of ${aggregateType}/${aggregateId}, tenant ${tenantId}, was to be reacted to and is no longer ` +
        'in the log. Discard its dead letter, or keep events longer than reactions wait.',
    );
  }
}
