import { OutageError } from '../../errors/outage.error.js';

/**
 * Thrown when the connection broke while rows were saved, so that they may or may not have been stored. Repeat the
 * call: saving the same rows twice is the same as saving them once.
 *
 * @publicApi
 */
export class SaveOutcomeUnknownError extends OutageError {
  readonly code = 'SAVE_OUTCOME_UNKNOWN';

  /** @param what what was saved, such as `rows of projections` */
  constructor(what: string, options?: ErrorOptions) {
    super(`Whether ${what} were saved is unknown. Repeat the call; saving them twice changes nothing.`, options);
  }
}
