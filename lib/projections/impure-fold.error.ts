import { EventSourcingError } from '../errors/event-sourcing.error.js';

/**
 * Stands for a fold that is not a function of state and event alone, so that its rows depend on where a worker began.
 * Found where `checkPurity` is on, which is so unless NODE_ENV is `production`.
 *
 * @publicApi
 */
export class ImpureFoldError extends EventSourcingError {
  readonly code = 'IMPURE_FOLD';
  readonly kind = 'permanent';

  /** @param method class and method, such as `TraceSummary.received()` */
  constructor(method: string, problem: string, options?: ErrorOptions) {
    super(
      `${method} ${problem}. Make it pure: return a new state made of nothing but the given state and event, in JSON ` +
        'values; take times and ids from the event.',
      options,
    );
  }
}
