import { Matches } from 'class-validator';
import { ACCOUNT_ID } from './account-id.js';
import { BankCommand } from './bank-command.js';

/** A command to one account. */
export abstract class AccountCommand extends BankCommand {
  @Matches(ACCOUNT_ID)
  readonly accountId!: string;
}
