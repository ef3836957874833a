import { EventSourcingError } from '../errors/event-sourcing.error.js';

/**
 * Thrown when the application of a test still has work after the time: what is delayed, what is tried again, or what runs
 * without an end.
 *
 * @publicApi
 */
export class NotSettledError extends EventSourcingError {
  readonly code = 'NOT_SETTLED';
  readonly kind = 'permanent';

  constructor(
    /** Jobs that are left, those apart for which an operator must decide. */
    readonly jobs: number,
    timeoutMs: number,
  ) {
    super(
      `${jobs} jobs are left after ${timeoutMs} ms: let the time of a test clock go by, wait for longer, or look at ` +
        'GroupQueue.control.failingLanes().',
    );
  }
}
