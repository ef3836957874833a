import { Commands } from '@event-sourcing/nestjs';
import { Injectable } from '@nestjs/common';
import type { BankCommand } from '../account/bank-command.js';
import { ReceiptDto } from './receipt.dto.js';

/** How long a client waits to hear that a command was stored or rejected. */
const OUTCOME_TIMEOUT_MS = 10_000;

/** Sends the commands of clients. */
@Injectable()
export class CommandSender {
  constructor(private readonly commands: Commands) {}

  /**
   * @throws CommandRejectedError when a rule of the bank says no
   * @throws CommandTimeoutError when it is not handled in time; repeating it with the same key is safe
   */
  async send(command: BankCommand): Promise<ReceiptDto> {
    return new ReceiptDto(await this.commands.run(command, { timeoutMs: OUTCOME_TIMEOUT_MS }));
  }
}
