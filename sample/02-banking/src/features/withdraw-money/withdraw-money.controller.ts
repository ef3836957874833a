import type { TenantId } from '@event-sourcing/nestjs';
import { Body, Controller, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { AccountIdPipe } from '../../http/account-id.pipe.js';
import { CommandEndpoint } from '../../http/command-endpoint.decorator.js';
import { CommandId } from '../../http/command-id.decorator.js';
import { CommandSender } from '../../http/command-sender.js';
import { CurrentTenant } from '../../http/current-tenant.decorator.js';
import type { ReceiptDto } from '../../http/receipt.dto.js';
import { TenantScoped } from '../../http/tenant-scoped.decorator.js';
import { WithdrawMoney } from './withdraw-money.command.js';
import { WithdrawMoneyDto } from './withdraw-money.dto.js';

@ApiTags('accounts')
@Controller('accounts')
@TenantScoped()
export class WithdrawMoneyController {
  constructor(private readonly commands: CommandSender) {}

  @Post(':accountId/withdrawals')
  @CommandEndpoint({
    summary: 'Take money out of an account',
    of: 'accountId',
    rejections: [
      'ACCOUNT_NOT_FOUND',
      'ACCOUNT_CLOSED',
      'AMOUNT_NOT_POSITIVE',
      'AMOUNT_TOO_HIGH',
      'CURRENCY_MISMATCH',
      'INSUFFICIENT_FUNDS',
    ],
  })
  withdraw(
    @CurrentTenant() tenantId: TenantId,
    @CommandId() commandId: string,
    @Param('accountId', AccountIdPipe) accountId: string,
    @Body() body: WithdrawMoneyDto,
  ): Promise<ReceiptDto> {
    return this.commands.send(new WithdrawMoney({ ...body, tenantId, commandId, accountId }));
  }
}
