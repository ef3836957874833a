import { EventSourcingError } from '../errors/event-sourcing.error.js';
import type { QueuedReceipt } from './command-receipt.js';

/**
 * Thrown to whoever waited too long for a command, or is stopped while waiting. It is still accepted and may yet be
 * handled: `Commands.outcome(error.receipt)` says so later, and repeating it with the same command id is safe.
 *
 * @publicApi
 */
export class CommandTimeoutError extends EventSourcingError {
  readonly code = 'COMMAND_TIMEOUT';
  readonly kind = 'transient';

  constructor(
    readonly receipt: QueuedReceipt,
    readonly timeoutMs: number,
  ) {
    super(`Command ${receipt.commandId} was not handled within ${timeoutMs} ms. Repeat it with the same command id.`);
  }
}
