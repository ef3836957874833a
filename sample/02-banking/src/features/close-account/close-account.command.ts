import { AccountCommand } from '../../account/account-command.js';
import type { CommandData } from '../../account/bank-command.js';

/** Closes an account in which nothing is left. */
export class CloseAccount extends AccountCommand {
  constructor(data: CommandData<CloseAccount>) {
    super();
    Object.assign(this, data);
  }
}
