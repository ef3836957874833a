import { Injectable } from '@nestjs/common';
import { describeAccount } from '../../menu/describe-account.js';
import type { MenuContext, MenuEntry } from '../../menu/menu-entry.js';
import { ListAccountsDto } from './list-accounts.dto.js';
import { ListAccounts } from './list-accounts.query.js';

@Injectable()
export class ListAccountsMenu implements MenuEntry {
  readonly title = 'List all accounts';

  constructor(private readonly query: ListAccounts) {}

  async run({ terminal, tenantId }: MenuContext): Promise<void> {
    for (let page = 1; ; page += 1) {
      const query = Object.assign(new ListAccountsDto(), { page });
      const { items, total } = await this.query.list(tenantId, query);
      if (page === 1) terminal.print(total === 1 ? 'One account:' : `${total} accounts:`);
      terminal.print(...items.map(({ state }) => describeAccount(state)));
      if (page * query.pageSize >= total) return;
      if ((await terminal.ask('More? (Enter, or n): ')) === 'n') return;
    }
  }
}
