import { CommandRejectedError } from '@event-sourcing/nestjs';
import { Logger } from '@nestjs/common';

const logger = new Logger('Reactions');

/**
 * Of reactions that send commands: three to six minutes of them, for the queue may be full for a while. They wait until
 * these are stored: what is only queued would be lost with the queue, and the reaction not repeated.
 */
export const COMMANDING_ATTEMPTS = 20;

/**
 * Runs commands of a reaction. That a rule says no to one of them is an answer, which another attempt does not change:
 * somebody else was faster.
 */
export async function acceptRejection(send: () => Promise<void>): Promise<void> {
  try {
    await send();
  } catch (error) {
    if (!(error instanceof CommandRejectedError)) throw error;
    logger.debug(`${error.reason}: ${error.message}`);
  }
}
