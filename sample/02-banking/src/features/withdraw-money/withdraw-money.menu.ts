import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AccountCounter } from '../../menu/account-counter.js';
import { askCents } from '../../menu/ask-cents.js';
import type { MenuContext, MenuEntry } from '../../menu/menu-entry.js';
import { WithdrawMoney } from './withdraw-money.command.js';

@Injectable()
export class WithdrawMoneyMenu implements MenuEntry {
  readonly title = 'Withdraw money';

  constructor(private readonly counter: AccountCounter) {}

  async run(context: MenuContext): Promise<void> {
    const { terminal, tenantId } = context;
    const accountId = await this.counter.askAccountId(context, 'Account');
    const amountCents = await askCents(terminal, 'Amount: ');
    await this.counter.send(
      context,
      new WithdrawMoney({ tenantId, commandId: randomUUID(), accountId, amountCents }),
      accountId,
    );
  }
}
