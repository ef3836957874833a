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
import { CloseAccount } from './close-account.command.js';
import { CloseAccountDto } from './close-account.dto.js';

@ApiTags('accounts')
@Controller('accounts')
@TenantScoped()
export class CloseAccountController {
  constructor(private readonly commands: CommandSender) {}

  @Post(':accountId/close')
  @CommandEndpoint({
    summary: 'Close an empty account',
    of: 'accountId',
    rejections: ['ACCOUNT_NOT_FOUND', 'ACCOUNT_CLOSED', 'ACCOUNT_NOT_EMPTY'],
  })
  close(
    @CurrentTenant() tenantId: TenantId,
    @CommandId() commandId: string,
    @Param('accountId', AccountIdPipe) accountId: string,
    @Body() body: CloseAccountDto,
  ): Promise<ReceiptDto> {
    return this.commands.send(new CloseAccount({ ...body, tenantId, commandId, accountId }));
  }
}
