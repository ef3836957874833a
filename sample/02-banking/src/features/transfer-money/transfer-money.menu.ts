import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AccountCounter } from '../../menu/account-counter.js';
import { askCents } from '../../menu/ask-cents.js';
import type { MenuContext, MenuEntry } from '../../menu/menu-entry.js';
import { TransferMoney } from './transfer-money.command.js';

@Injectable()
export class TransferMoneyMenu implements MenuEntry {
  readonly title = 'Transfer money';

  constructor(private readonly counter: AccountCounter) {}

  async run(context: MenuContext): Promise<void> {
    const { terminal, tenantId } = context;
    const fromAccountId = await this.counter.askAccountId(context, 'From');
    const toAccountId = await this.counter.askAccountId(context, 'To');
    const amountCents = await askCents(terminal, 'Amount: ');
    const command = new TransferMoney({ tenantId, commandId: randomUUID(), fromAccountId, toAccountId, amountCents });
    await this.counter.send(context, command, fromAccountId, toAccountId);
  }
}
