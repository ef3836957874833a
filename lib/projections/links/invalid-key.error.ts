import { EventSourcingError } from '../../errors/event-sourcing.error.js';
import type { RecordedEvent } from '../../events/recorded-event.js';

/**
 * Stands for a `key` of a fold or process manager that threw at an event, or returned what no row can be named by. The
 * aggregate of the event is no longer routed to it, and everything else goes on: mend the function and retry the lane, or
 * skip the event (`GroupQueue.control`).
 *
 * @publicApi
 */
export class InvalidKeyError extends EventSourcingError {
  readonly code = 'INVALID_KEY';
  readonly kind = 'permanent';

  constructor(component: string, event: RecordedEvent, problem: string, options?: ErrorOptions) {
    const { aggregateType, aggregateId, sequence, type } = event;
    super(
      `The key of ${component} ${problem} for ${type}, event ${sequence} of ${aggregateType}/${aggregateId}. Return the ` +
        'id of each row, or process, that the event counts for: a text, or a list of texts, which may be empty.',
      options,
    );
  }
}
