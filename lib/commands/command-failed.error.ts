import { EventSourcingError } from '../errors/event-sourcing.error.js';

/**
 * Thrown to whoever waits for a command that could not be handled, after its retries. `cause` names the last error;
 * with code `APPEND_OUTCOME_UNKNOWN` its events may be in the log, and repeating it with the same command id is safe.
 *
 * @publicApi
 */
export class CommandFailedError extends EventSourcingError {
  readonly code = 'COMMAND_FAILED';
  readonly kind = 'permanent';

  constructor(
    readonly commandId: string,
    /** Code of the last error; `UNKNOWN` for errors of other origin. */
    readonly failureCode: string,
    message: string,
  ) {
    super(`Command ${commandId} failed: ${message}`);
  }
}
