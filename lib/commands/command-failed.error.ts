import type { ErrorKind } from '../errors/error-kind.js';
import { EventSourcingError } from '../errors/event-sourcing.error.js';

/**
 * Thrown to whoever waits for a command that could not be handled, after its retries. `failureCode` and `kind` are
 * those of the last error: with kind `transient` a repeat may help later. With the code `APPEND_OUTCOME_UNKNOWN` its
 * events may be in the log; repeating it with the same command id is safe.
 *
 * @publicApi
 */
export class CommandFailedError extends EventSourcingError {
  readonly code = 'COMMAND_FAILED';

  constructor(
    readonly commandId: string,
    /** Code of the last error; `UNKNOWN` for errors of other origin. */
    readonly failureCode: string,
    readonly kind: ErrorKind,
    message: string,
  ) {
    super(`Command ${commandId} failed: ${message}`);
  }
}
