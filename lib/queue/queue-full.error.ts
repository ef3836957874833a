import { EventSourcingError } from '../errors/event-sourcing.error.js';

/**
 * Thrown when a command finds the queue full. Nothing was staged. Answer HTTP callers with 429 or 503 and let them
 * repeat later.
 *
 * @publicApi
 */
export class QueueFullError extends EventSourcingError {
  readonly code = 'QUEUE_FULL';
  readonly kind = 'transient';

  /** @param option the option that bounds it, such as `maxWaitingCommands` */
  constructor(
    readonly option: string,
    readonly limit: number,
  ) {
    super(`The queue is full (${option}: ${limit}). Repeat later.`);
  }
}
