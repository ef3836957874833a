import type { TenantId } from '@event-sourcing/nestjs';
import { Body, Controller, Get, HttpStatus, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { CommandAddress } from '../../aggregates/aggregate.command.js';
import { Reason } from '../../aggregates/reason.js';
import { AddressOf } from '../../http/address-of.decorator.js';
import { AfterDto } from '../../http/after.dto.js';
import { ApiProblem } from '../../http/api-problem.decorator.js';
import { CommandEndpoint } from '../../http/command-endpoint.decorator.js';
import { CommandId } from '../../http/command-id.decorator.js';
import { CommandSender } from '../../http/command-sender.js';
import { CurrentTenant } from '../../http/current-tenant.decorator.js';
import { ParseIdPipe } from '../../http/parse-id.pipe.js';
import { Reads } from '../../http/reads.js';
import { ReceiptDto } from '../../http/receipt.dto.js';
import { EventPageDto } from '../../http/recorded-event.dto.js';
import { ShowsOwnWrites } from '../../http/shows-own-writes.decorator.js';
import { TenantScoped } from '../../http/tenant-scoped.decorator.js';
import { CompleteEvaluation } from '../commands/complete-evaluation.command.js';
import { FailEvaluation } from '../commands/fail-evaluation.command.js';
import { ScheduleEvaluation } from '../commands/schedule-evaluation.command.js';
import { SkipEvaluation } from '../commands/skip-evaluation.command.js';
import { StartEvaluation } from '../commands/start-evaluation.command.js';
import { Verdict } from '../../aggregates/verdict.js';
import { EvaluationState } from '../projections/evaluation-state.fold.js';
import { EvaluationPageDto } from './evaluation-page.dto.js';
import { EvaluationQueryDto, toEvaluationFilter } from './evaluation-query.dto.js';
import { EvaluationDto } from './evaluation.dto.js';
import { ScheduleEvaluationDto } from './schedule-evaluation.dto.js';

/** Evaluations: what clients say of them, and what is known. */
@ApiTags('evaluations')
@Controller('evaluations')
@TenantScoped()
export class EvaluationsController {
  constructor(
    private readonly commands: CommandSender,
    private readonly reads: Reads,
  ) {}

  @Post()
  @CommandEndpoint({ summary: 'Have a trace evaluated', description: 'As it stands when a worker handles this.' })
  schedule(
    @CurrentTenant() tenantId: TenantId,
    @CommandId() commandId: string,
    @Body() { evaluationId: aggregateId, ...request }: ScheduleEvaluationDto,
  ): Promise<ReceiptDto> {
    return this.commands.send(new ScheduleEvaluation({ tenantId, aggregateId, commandId }, request));
  }

  @Post(':evaluationId/start')
  @CommandEndpoint({ summary: 'Say that your evaluator begins', of: 'evaluationId' })
  start(@AddressOf('evaluationId') address: CommandAddress): Promise<ReceiptDto> {
    return this.commands.send(new StartEvaluation(address));
  }

  @Post(':evaluationId/complete')
  @CommandEndpoint({ summary: 'Say what your evaluator found', of: 'evaluationId' })
  complete(@AddressOf('evaluationId') address: CommandAddress, @Body() verdict: Verdict): Promise<ReceiptDto> {
    return this.commands.send(new CompleteEvaluation(address, verdict));
  }

  @Post(':evaluationId/fail')
  @CommandEndpoint({ summary: 'Say that your evaluator broke', of: 'evaluationId' })
  fail(@AddressOf('evaluationId') address: CommandAddress, @Body() why: Reason): Promise<ReceiptDto> {
    return this.commands.send(new FailEvaluation(address, why));
  }

  @Post(':evaluationId/skip')
  @CommandEndpoint({ summary: 'Say that your evaluator has nothing to say about the trace', of: 'evaluationId' })
  skip(@AddressOf('evaluationId') address: CommandAddress, @Body() why: Reason): Promise<ReceiptDto> {
    return this.commands.send(new SkipEvaluation(address, why));
  }

  @Get()
  @ApiOperation({ summary: 'List evaluations, those that were scheduled last first' })
  @ApiOkResponse({ type: EvaluationPageDto })
  list(@CurrentTenant() tenantId: TenantId, @Query() query: EvaluationQueryDto): Promise<EvaluationPageDto> {
    return this.reads.list(EvaluationState, {
      tenantId,
      query,
      filter: toEvaluationFilter(query),
      latestBy: 'scheduledAt',
      toItem: (id, state) => new EvaluationDto(id, state),
    });
  }

  @Get(':evaluationId')
  @ShowsOwnWrites(EvaluationState)
  @ApiOperation({ summary: 'One evaluation' })
  @ApiOkResponse({ type: EvaluationDto })
  @ApiProblem(HttpStatus.NOT_FOUND, 'There is no such evaluation, or it has not been projected yet')
  async get(
    @CurrentTenant() tenantId: TenantId,
    @Param('evaluationId', ParseIdPipe) id: string,
  ): Promise<EvaluationDto> {
    return new EvaluationDto(id, await this.reads.get('evaluation', EvaluationState, tenantId, id));
  }

  @Get(':evaluationId/events')
  @ApiOperation({ summary: 'The events of one evaluation, as the log holds them' })
  @ApiOkResponse({ type: EventPageDto })
  @ApiProblem(HttpStatus.NOT_FOUND, 'There is no such evaluation')
  listEvents(
    @CurrentTenant() tenantId: TenantId,
    @Param('evaluationId', ParseIdPipe) aggregateId: string,
    @Query() slice: AfterDto,
  ): Promise<EventPageDto> {
    return this.reads.events('evaluation', { tenantId, aggregateType: 'evaluation', aggregateId }, slice);
  }
}
