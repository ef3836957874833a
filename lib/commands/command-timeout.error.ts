import { EventSourcingError } from '../errors/event-sourcing.error.js';

/**
 * Thrown to whoever waited too long for a command. It is still accepted and may yet be handled; repeating it with the
 * same command id is safe.
 *
 * @publicApi
 */
export class CommandTimeoutError extends EventSourcingError {
  readonly code = 'COMMAND_TIMEOUT';
  readonly kind = 'transient';

  constructor(
    readonly commandId: string,
    readonly timeoutMs: number,
  ) {
    super(`Command ${commandId} was not handled within ${timeoutMs} ms. Repeat it with the same command id.`);
  }
}
