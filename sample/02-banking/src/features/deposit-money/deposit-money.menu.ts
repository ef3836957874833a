import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AccountCounter } from '../../menu/account-counter.js';
import { askCents } from '../../menu/ask-cents.js';
import type { MenuContext, MenuEntry } from '../../menu/menu-entry.js';
import { DepositMoney } from './deposit-money.command.js';

@Injectable()
export class DepositMoneyMenu implements MenuEntry {
  readonly title = 'Deposit money';

  constructor(private readonly counter: AccountCounter) {}

  async run(context: MenuContext): Promise<void> {
    const { terminal, tenantId } = context;
    const accountId = await this.counter.askAccountId(context, 'Account');
    const amountCents = await askCents(terminal, 'Amount: ');
    await this.counter.send(
      context,
      new DepositMoney({ tenantId, commandId: randomUUID(), accountId, amountCents }),
      accountId,
    );
  }
}
