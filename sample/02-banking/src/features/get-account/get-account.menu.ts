import { Injectable } from '@nestjs/common';
import { AccountCounter } from '../../menu/account-counter.js';
import { describeAccount } from '../../menu/describe-account.js';
import type { MenuContext, MenuEntry } from '../../menu/menu-entry.js';
import { GetAccount } from './get-account.query.js';

@Injectable()
export class GetAccountMenu implements MenuEntry {
  readonly title = 'Show an account';

  constructor(
    private readonly counter: AccountCounter,
    private readonly query: GetAccount,
  ) {}

  async run(context: MenuContext): Promise<void> {
    const { terminal, tenantId } = context;
    const accountId = await this.counter.askAccountId(context, 'Account');
    const account = await this.query.get(tenantId, accountId);
    if (account === null) return terminal.print(`There is no account ${accountId}.`);
    terminal.print(
      describeAccount(account),
      `  opened ${new Date(account.openedAt).toISOString()}, ${account.transactionCount} transactions, ` +
        `the last one ${new Date(account.lastActivityAt).toISOString()}`,
    );
  }
}
