import { OutageError } from '../errors/outage.error.js';

/**
 * A queued command that no pipeline of this process handles, as a newer release in the middle of a deploy stages it. It
 * waits, and with it its aggregate, until a process takes it that has its handler.
 *
 * @publicApi
 */
export class UnknownCommandError extends OutageError {
  readonly code = 'UNKNOWN_COMMAND';

  /** @param type the command's name, as in `@CommandHandler(…, { type })` */
  constructor(readonly type: string) {
    super(`No pipeline of this process handles the command ${type}. Start a process that has its @CommandHandler.`);
  }
}
