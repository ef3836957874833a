import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { ACCOUNT_TYPES } from '../../account/account-type.js';
import { CURRENCIES } from '../../account/currency.js';
import { newAccountId } from '../../account/new-account-id.js';
import { AccountCounter } from '../../menu/account-counter.js';
import { askCents } from '../../menu/ask-cents.js';
import { askChoice } from '../../menu/ask-choice.js';
import type { MenuContext, MenuEntry } from '../../menu/menu-entry.js';
import { OpenAccount } from './open-account.command.js';

@Injectable()
export class OpenAccountMenu implements MenuEntry {
  readonly title = 'Open an account';

  constructor(private readonly counter: AccountCounter) {}

  async run(context: MenuContext): Promise<void> {
    const { terminal, tenantId } = context;
    const customerName = await terminal.ask("Customer's name: ");
    const accountType = await askChoice(terminal, 'Type', ACCOUNT_TYPES);
    const currency = await askChoice(terminal, 'Currency', CURRENCIES);
    const initialDepositCents = await askCents(terminal, 'Initial deposit [0]: ', 0);
    const commandId = randomUUID();
    const accountId = newAccountId(commandId);
    const details = { customerName, accountType, currency, initialDepositCents };
    await this.counter.send(context, new OpenAccount({ tenantId, commandId, accountId, ...details }), accountId);
  }
}
