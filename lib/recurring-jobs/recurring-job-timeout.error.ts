import { EventSourcingError } from '../errors/event-sourcing.error.js';

/** Stands for a run of a recurring job that did not settle in time. Its signal was aborted; the next run comes. */
export class RecurringJobTimeoutError extends EventSourcingError {
  readonly code = 'RECURRING_JOB_TIMEOUT';
  readonly kind = 'transient';

  constructor(name: string, timeoutMs: number) {
    super(`The recurring job ${name} did not settle within ${timeoutMs} ms; it goes on with its next run.`);
  }
}
