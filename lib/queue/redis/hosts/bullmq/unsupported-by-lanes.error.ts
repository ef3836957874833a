import { EventSourcingError } from '../../../../errors/event-sourcing.error.js';

/**
 * Thrown when something is asked of a job or `Worker` of BullMQ that needs job records in Redis, such as
 * `job.updateProgress()`. Its jobs are lanes that this process has leased, and leave no record of their own.
 *
 * @publicApi
 */
export class UnsupportedByLanesError extends EventSourcingError {
  readonly code = 'UNSUPPORTED_BY_LANES';
  readonly kind = 'permanent';

  /** @param operation as BullMQ calls it */
  constructor(readonly operation: string) {
    super(
      `The BullMQ worker of the queue has no "${operation}". See GroupQueue.control for what can be done with jobs.`,
    );
  }
}
