import {
  InjectProjection,
  type ProjectionFilter,
  type ProjectionList,
  ProjectionReader,
  type TenantId,
} from '@event-sourcing/nestjs';
import { Injectable } from '@nestjs/common';
import { AccountOverview } from '../../account/account-overview.fold.js';
import type { AccountOverviewState } from '../../account/account-overview.js';
import type { ListAccountsDto } from './list-accounts.dto.js';

@Injectable()
export class ListAccounts {
  constructor(@InjectProjection(AccountOverview) private readonly accounts: ProjectionReader<AccountOverviewState>) {}

  /** One page of the accounts of a bank that match the query. */
  list(tenantId: TenantId, query: ListAccountsDto): Promise<ProjectionList<AccountOverviewState>> {
    const { page, pageSize, sort, direction } = query;
    return this.accounts.list({
      tenantId,
      filter: toFilter(query),
      sort: { by: sort, direction },
      page: { number: page, size: pageSize },
    });
  }
}

function toFilter({ customerName, accountType, currency, status }: ListAccountsDto): ProjectionFilter {
  return {
    status: status ?? { in: ['open', 'closed'] },
    ...(customerName !== undefined && { customerName }),
    ...(accountType !== undefined && { accountType }),
    ...(currency !== undefined && { currency }),
  };
}
