import { EventSourcingError } from './event-sourcing.error.js';

/**
 * Thrown when a store or queue is used after it began to close. The work was not accepted; send it to a process that
 * still runs.
 *
 * @publicApi
 */
export class ClosedError extends EventSourcingError {
  readonly code = 'CLOSED';
  readonly kind = 'transient';

  constructor(what: string) {
    super(`${what} is closing or closed and accepts nothing more.`);
  }
}
