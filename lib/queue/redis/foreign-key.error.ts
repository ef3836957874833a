import { EventSourcingError } from '../../errors/event-sourcing.error.js';

/**
 * Thrown when a key of the queue holds what the queue did not write. The jobs of that lane were not taken. Remove the
 * key, or give the queue a prefix that nothing else uses.
 *
 * @publicApi
 */
export class ForeignKeyError extends EventSourcingError {
  readonly code = 'QUEUE_FOREIGN_KEY';
  readonly kind = 'permanent';

  constructor(answer: string, options?: ErrorOptions) {
    super(
      `A key of the queue holds something else (${answer}). Remove it, or give the queue a prefix of its own.`,
      options,
    );
  }
}
