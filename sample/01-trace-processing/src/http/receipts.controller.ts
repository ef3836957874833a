import { Commands, type CommandOutcome, type TenantId } from '@event-sourcing/nestjs';
import { Controller, Get, HttpStatus, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblem } from './api-problem.decorator.js';
import { CurrentTenant } from './current-tenant.decorator.js';
import { OutcomeDto } from './outcome.dto.js';
import { ParseIdPipe } from './parse-id.pipe.js';
import { ProblemException } from './problem.exception.js';
import { TenantScoped } from './tenant-scoped.decorator.js';

/** What became of commands that were answered `queued`. */
@ApiTags('receipts')
@Controller('receipts')
@TenantScoped()
export class ReceiptsController {
  constructor(private readonly commands: Commands) {}

  @Get(':receiptId')
  @ApiOperation({ summary: 'What became of a command that was queued' })
  @ApiOkResponse({ type: OutcomeDto })
  @ApiProblem(HttpStatus.NOT_FOUND, 'The command waits, or it is so long ago that its outcome is not kept any more')
  async get(
    @CurrentTenant() tenantId: TenantId,
    @Param('receiptId', ParseIdPipe) receiptId: string,
  ): Promise<OutcomeDto> {
    const outcome: CommandOutcome | undefined = await this.commands.outcome({ tenantId, receiptId });
    if (outcome !== undefined) return new OutcomeDto(outcome);
    throw new ProblemException(HttpStatus.NOT_FOUND, `Nothing is known of the receipt ${receiptId}.`, {
      code: 'OUTCOME_UNKNOWN',
    });
  }
}
