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

  constructor(readonly limit: number) {
    super(`${limit} commands wait already, which is the limit (maxWaitingCommands). Repeat later.`);
  }
}
