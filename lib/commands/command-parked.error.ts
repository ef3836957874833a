import { describeError } from '../errors/describe-error.js';
import { EventSourcingError } from '../errors/event-sourcing.error.js';

/**
 * What operators see of a lane that is parked behind a command with `whenExhausted: 'park'`, which failed for good
 * because of its `cause`. Retry, skip or discard it (`GroupQueue.control`).
 *
 * @publicApi
 */
export class CommandParkedError extends EventSourcingError {
  readonly code = 'COMMAND_PARKED';
  readonly kind = 'permanent';

  constructor(
    readonly commandType: string,
    readonly commandId: string,
    cause: unknown,
  ) {
    super(
      `The command ${commandType}, id ${commandId}, failed for good, and its aggregate waits behind it: ` +
        `${describeError(cause)}. Retry, skip or discard it.`,
      { cause },
    );
  }
}
