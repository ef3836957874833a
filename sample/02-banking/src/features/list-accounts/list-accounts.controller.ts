import type { TenantId } from '@event-sourcing/nestjs';
import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AccountDto } from '../../account/account.dto.js';
import { AccountOverview } from '../../account/account-overview.fold.js';
import { CurrentTenant } from '../../http/current-tenant.decorator.js';
import { ShowsOwnWrites } from '../../http/shows-own-writes.decorator.js';
import { TenantScoped } from '../../http/tenant-scoped.decorator.js';
import { AccountPageDto, ListAccountsDto } from './list-accounts.dto.js';
import { ListAccounts } from './list-accounts.query.js';

@ApiTags('accounts')
@Controller('accounts')
@TenantScoped()
export class ListAccountsController {
  constructor(private readonly query: ListAccounts) {}

  @Get()
  @ShowsOwnWrites(AccountOverview)
  @ApiOperation({ summary: 'The accounts of the bank, page by page' })
  @ApiOkResponse({ type: AccountPageDto })
  async list(@CurrentTenant() tenantId: TenantId, @Query() query: ListAccountsDto): Promise<AccountPageDto> {
    const { items, total, complete } = await this.query.list(tenantId, query);
    const { page, pageSize } = query;
    return { items: items.map(({ state }) => new AccountDto(state)), total, complete, page, pageSize };
  }
}
