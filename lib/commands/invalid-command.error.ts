import { EventSourcingError } from '../errors/event-sourcing.error.js';

/**
 * Thrown by `commandBus.execute()` when a command fails its validation, is not JSON, or gives no legal aggregate or
 * command id. Nothing was staged.
 *
 * @publicApi
 */
export class InvalidCommandError extends EventSourcingError {
  readonly code = 'INVALID_COMMAND';
  readonly kind = 'permanent';

  /** @param problems one line a problem, each beginning with the property's path */
  constructor(
    readonly type: string,
    readonly problems: readonly string[],
    options?: ErrorOptions,
  ) {
    super(`Command ${type} is invalid: ${problems.join('; ')}.`, options);
  }
}
