import { InjectProjection, ProjectionReader, type TenantId } from '@event-sourcing/nestjs';
import { Injectable } from '@nestjs/common';
import { AccountOverview } from '../../account/account-overview.fold.js';
import type { AccountOverviewState } from '../../account/account-overview.js';

@Injectable()
export class GetAccount {
  constructor(@InjectProjection(AccountOverview) private readonly accounts: ProjectionReader<AccountOverviewState>) {}

  /**
   * @param at what the log knew of it at that time, folded anew; now when absent
   * @returns `null` when there is no such account, or was none then
   */
  async get(tenantId: TenantId, accountId: string, at?: Date): Promise<AccountOverviewState | null> {
    const found =
      at === undefined
        ? await this.accounts.get(accountId, { tenantId })
        : ((await this.accounts.at(accountId, { tenantId, time: at }))?.state ?? null);
    return found?.status === 'announced' ? null : found;
  }
}
