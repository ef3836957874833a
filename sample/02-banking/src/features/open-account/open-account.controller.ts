import type { TenantId } from '@event-sourcing/nestjs';
import { Body, Controller, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { newAccountId } from '../../account/new-account-id.js';
import { CommandEndpoint } from '../../http/command-endpoint.decorator.js';
import { CommandId } from '../../http/command-id.decorator.js';
import { CommandSender } from '../../http/command-sender.js';
import { CurrentTenant } from '../../http/current-tenant.decorator.js';
import type { ReceiptDto } from '../../http/receipt.dto.js';
import { TenantScoped } from '../../http/tenant-scoped.decorator.js';
import { OpenAccount } from './open-account.command.js';
import { OpenAccountDto } from './open-account.dto.js';

@ApiTags('accounts')
@Controller('accounts')
@TenantScoped()
export class OpenAccountController {
  constructor(private readonly commands: CommandSender) {}

  @Post()
  @CommandEndpoint({
    summary: 'Open an account',
    rejections: ['NAME_TAKEN', 'ACCOUNT_EXISTS', 'NAME_TOO_SHORT', 'AMOUNT_NEGATIVE', 'AMOUNT_TOO_HIGH'],
  })
  open(
    @CurrentTenant() tenantId: TenantId,
    @CommandId() commandId: string,
    @Body() body: OpenAccountDto,
  ): Promise<ReceiptDto> {
    return this.commands.send(new OpenAccount({ ...body, tenantId, commandId, accountId: newAccountId(commandId) }));
  }
}
