import { EventSourcingError } from '../../errors/event-sourcing.error.js';

/**
 * The reason by which a handler is aborted whose lane went to another worker, because this process could not prolong
 * its lease in time. What the handler still achieves is not counted; the other worker runs the batch again.
 *
 * @publicApi
 */
export class LeaseLostError extends EventSourcingError {
  readonly code = 'LEASE_LOST';
  readonly kind = 'transient';

  constructor(lane: string) {
    super(`The lease of lane ${lane} is lost; another worker may run its jobs now. Stop, and write nothing more.`);
  }
}
