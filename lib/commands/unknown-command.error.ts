import { EventSourcingError } from '../errors/event-sourcing.error.js';

/**
 * Stands for a queued command that no pipeline of this process handles.
 *
 * @publicApi
 */
export class UnknownCommandError extends EventSourcingError {
  readonly code = 'UNKNOWN_COMMAND';
  readonly kind = 'permanent';

  constructor(type: string) {
    super(`No pipeline of this process handles the command ${type}. Start a process that has its @CommandHandler.`);
  }
}
