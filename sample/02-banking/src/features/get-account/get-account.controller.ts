import type { TenantId } from '@event-sourcing/nestjs';
import { Controller, Get, HttpStatus, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AccountDto } from '../../account/account.dto.js';
import { AccountOverview } from '../../account/account-overview.fold.js';
import { AccountIdPipe } from '../../http/account-id.pipe.js';
import { ApiProblem } from '../../http/api-problem.decorator.js';
import { CurrentTenant } from '../../http/current-tenant.decorator.js';
import { ProblemException } from '../../http/problem.exception.js';
import { ShowsOwnWrites } from '../../http/shows-own-writes.decorator.js';
import { TenantScoped } from '../../http/tenant-scoped.decorator.js';
import { GetAccountDto } from './get-account.dto.js';
import { GetAccount } from './get-account.query.js';

@ApiTags('accounts')
@Controller('accounts')
@TenantScoped()
export class GetAccountController {
  constructor(private readonly query: GetAccount) {}

  @Get(':accountId')
  @ShowsOwnWrites(AccountOverview)
  @ApiOperation({ summary: 'One account, now or as it was' })
  @ApiOkResponse({ type: AccountDto })
  @ApiProblem(HttpStatus.NOT_FOUND, 'ACCOUNT_NOT_FOUND')
  async get(
    @CurrentTenant() tenantId: TenantId,
    @Param('accountId', AccountIdPipe) accountId: string,
    @Query() { at }: GetAccountDto,
  ): Promise<AccountDto> {
    const account = await this.query.get(tenantId, accountId, at);
    if (account !== null) return new AccountDto(account);
    throw new ProblemException(HttpStatus.NOT_FOUND, `There is no account ${accountId}.`, {
      code: 'ACCOUNT_NOT_FOUND',
    });
  }
}
