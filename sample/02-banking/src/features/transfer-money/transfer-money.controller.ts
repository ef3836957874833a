import type { TenantId } from '@event-sourcing/nestjs';
import { Body, Controller, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CommandEndpoint } from '../../http/command-endpoint.decorator.js';
import { CommandId } from '../../http/command-id.decorator.js';
import { CommandSender } from '../../http/command-sender.js';
import { CurrentTenant } from '../../http/current-tenant.decorator.js';
import type { ReceiptDto } from '../../http/receipt.dto.js';
import { TenantScoped } from '../../http/tenant-scoped.decorator.js';
import { TransferMoney } from './transfer-money.command.js';
import { TransferMoneyDto } from './transfer-money.dto.js';

@ApiTags('transfers')
@Controller('transfers')
@TenantScoped()
export class TransferMoneyController {
  constructor(private readonly commands: CommandSender) {}

  @Post()
  @CommandEndpoint({
    summary: 'Move money from one account to another',
    rejections: [
      'ACCOUNT_NOT_FOUND',
      'ACCOUNT_CLOSED',
      'SAME_ACCOUNT',
      'AMOUNT_NOT_POSITIVE',
      'AMOUNT_TOO_HIGH',
      'CURRENCY_MISMATCH',
      'INSUFFICIENT_FUNDS',
    ],
  })
  transfer(
    @CurrentTenant() tenantId: TenantId,
    @CommandId() commandId: string,
    @Body() body: TransferMoneyDto,
  ): Promise<ReceiptDto> {
    return this.commands.send(new TransferMoney({ ...body, tenantId, commandId }));
  }
}
