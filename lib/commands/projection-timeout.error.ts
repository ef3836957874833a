import { EventSourcingError } from '../errors/event-sourcing.error.js';
import type { StoredReceipt } from './command-receipt.js';

/**
 * Thrown to whoever waited too long for a projection (`waitFor` of `Commands.run`). The command is stored, and the
 * projection will follow: do not send it again, but ask later with `consistencyToken(error.receipt)`.
 *
 * @publicApi
 */
export class ProjectionTimeoutError extends EventSourcingError {
  readonly code = 'PROJECTION_TIMEOUT';
  readonly kind = 'transient';

  constructor(
    readonly receipt: StoredReceipt,
    /** Name of its class. */
    readonly projection: string,
    readonly timeoutMs: number,
  ) {
    super(
      `${projection} did not have the events of command ${receipt.commandId} within ${timeoutMs} ms. They are stored: wait ` +
        'on with Consistency.applied(), and do not send the command again.',
    );
  }
}
