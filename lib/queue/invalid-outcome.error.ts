import { EventSourcingError } from '../errors/event-sourcing.error.js';

/**
 * Stands for a handler of lanes whose answer makes no sense: it acknowledges less than nothing or more than it was given,
 * or a failure after the last job. Nothing of the answer counts; the jobs end as those that will not pass.
 *
 * @publicApi
 */
export class InvalidOutcomeError extends EventSourcingError {
  readonly code = 'INVALID_OUTCOME';
  readonly kind = 'permanent';

  constructor(problem: string) {
    super(`The outcome of a batch ${problem}. Nothing of it was acknowledged; mend its handler.`);
  }
}
