import { Commands, InjectProjection, ProjectionReader } from '@event-sourcing/nestjs';
import { Injectable } from '@nestjs/common';
import { AccountOverview } from '../account/account-overview.fold.js';
import type { AccountOverviewState } from '../account/account-overview.js';
import { toPlainName } from '../account/account-tags.js';
import type { BankCommand } from '../account/bank-command.js';
import { describeAccount } from './describe-account.js';
import type { MenuContext } from './menu-entry.js';

/** What the entries of the menu have in common. */
@Injectable()
export class AccountCounter {
  constructor(
    private readonly commands: Commands,
    @InjectProjection(AccountOverview) private readonly accounts: ProjectionReader<AccountOverviewState>,
  ) {}

  /** Asks for an account, by its id or by the name of its customer, and gives its id. */
  async askAccountId({ terminal, tenantId }: MenuContext, question: string): Promise<string> {
    const answer = await terminal.ask(`${question} (id or customer's name): `);
    const filter = { customerName: toPlainName(answer) };
    const { items } = await this.accounts.list({ tenantId, filter, limit: 1 });
    return items[0]?.id ?? answer;
  }

  /** Sends a command, waits until the accounts show what it did, and shows some of them. */
  async send({ terminal, tenantId }: MenuContext, command: BankCommand, ...accountIds: string[]): Promise<void> {
    await this.commands.run(command, { waitFor: AccountOverview });
    terminal.print('Done.');
    const shown = await this.accounts.getMany(accountIds, { tenantId });
    for (const account of shown) if (account !== null) terminal.print(describeAccount(account));
  }
}
