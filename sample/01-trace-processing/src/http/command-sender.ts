import { Commands, CommandTimeoutError } from '@event-sourcing/nestjs';
import { Injectable } from '@nestjs/common';
import { readSettings } from '../settings.js';
import { ReceiptDto } from './receipt.dto.js';

/** How long a client waits to hear that a command was stored or rejected. */
const OUTCOME_TIMEOUT_MS = 5_000;

/** Sends the commands of clients. */
@Injectable()
export class CommandSender {
  /** Whether a command that nobody has handled yet is kept outside of this process. */
  private readonly queueIsShared = readSettings(process.env).redisUrl !== undefined;

  constructor(private readonly commands: Commands) {}

  /**
   * Answers with `queued` when no worker has handled it in time, where it waits in a queue that outlives this process.
   *
   * @throws CommandRejectedError when a rule of the domain says no
   * @throws CommandTimeoutError when it is not handled in time, and waits in this process alone
   */
  async send(command: object): Promise<ReceiptDto> {
    try {
      return new ReceiptDto(await this.commands.run(command, { timeoutMs: OUTCOME_TIMEOUT_MS }));
    } catch (error) {
      if (error instanceof CommandTimeoutError && this.queueIsShared) return new ReceiptDto(error.receipt);
      throw error;
    }
  }
}
