import type { ProjectionRecord, TenantId } from '@event-sourcing/nestjs';
import { Body, Controller, Get, HttpStatus, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { CommandAddress } from '../../aggregates/aggregate.command.js';
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
import { CompleteExperimentRun } from '../commands/complete-experiment-run.command.js';
import { RecordEvaluatorResult } from '../commands/record-evaluator-result.command.js';
import { RecordTargetResult } from '../commands/record-target-result.command.js';
import { StartExperimentRun } from '../commands/start-experiment-run.command.js';
import { EvaluatorResult } from '../evaluator-result.js';
import { ExperimentPlan } from '../experiment-plan.js';
import type { ExperimentResult } from '../projections/experiment-result.js';
import { ExperimentResults } from '../projections/experiment-results.map.js';
import { ExperimentRunSummary } from '../projections/experiment-run-summary.fold.js';
import { RunEnd } from '../run-end.js';
import { TargetResult } from '../target-result.js';
import { ExperimentResultDto, ExperimentResultSliceDto } from './experiment-result.dto.js';
import { ExperimentRunPageDto } from './experiment-run-page.dto.js';
import { ExperimentRunQueryDto, toExperimentRunFilter } from './experiment-run-query.dto.js';
import { ExperimentRunDto } from './experiment-run.dto.js';
import { StartExperimentRunDto } from './start-experiment-run.dto.js';

/** Runs of experiments: what clients say of them, and what is known. */
@ApiTags('experiment runs')
@Controller('experiment-runs')
@TenantScoped()
export class ExperimentRunsController {
  constructor(
    private readonly commands: CommandSender,
    private readonly reads: Reads,
  ) {}

  @Post()
  @CommandEndpoint({ summary: 'Begin a run', description: 'It ends by itself once all results of its plan are in.' })
  start(
    @CurrentTenant() tenantId: TenantId,
    @CommandId() commandId: string,
    @Body() { runId: aggregateId, ...plan }: StartExperimentRunDto,
  ): Promise<ReceiptDto> {
    return this.commands.send(new StartExperimentRun({ tenantId, aggregateId, commandId }, new ExperimentPlan(plan)));
  }

  @Post(':runId/target-results')
  @CommandEndpoint({
    summary: 'Record what a target made of a row',
    description: 'The first result of a target and row counts; a repeat is answered like it.',
    of: 'runId',
    idempotencyKey: false,
  })
  recordTargetResult(@AddressOf('runId') address: CommandAddress, @Body() result: TargetResult): Promise<ReceiptDto> {
    return this.commands.send(new RecordTargetResult(address, result));
  }

  @Post(':runId/evaluator-results')
  @CommandEndpoint({
    summary: "Record what an evaluator made of a target's answer to a row",
    description: 'The first result of an evaluator, target and row counts; a repeat is answered like it.',
    of: 'runId',
    idempotencyKey: false,
  })
  recordEvaluatorResult(
    @AddressOf('runId') address: CommandAddress,
    @Body() result: EvaluatorResult,
  ): Promise<ReceiptDto> {
    return this.commands.send(new RecordEvaluatorResult(address, result));
  }

  @Post(':runId/complete')
  @CommandEndpoint({ summary: 'End a run', description: 'Changes nothing when it has ended already.', of: 'runId' })
  complete(@AddressOf('runId') address: CommandAddress, @Body() end: RunEnd): Promise<ReceiptDto> {
    return this.commands.send(new CompleteExperimentRun(address, end));
  }

  @Get()
  @ApiOperation({ summary: 'List runs, those that were started last first' })
  @ApiOkResponse({ type: ExperimentRunPageDto })
  list(@CurrentTenant() tenantId: TenantId, @Query() query: ExperimentRunQueryDto): Promise<ExperimentRunPageDto> {
    return this.reads.list(ExperimentRunSummary, {
      tenantId,
      query,
      filter: toExperimentRunFilter(query),
      latestBy: 'startedAt',
      toItem: (id, state) => new ExperimentRunDto(id, state),
    });
  }

  @Get(':runId')
  @ShowsOwnWrites(ExperimentRunSummary)
  @ApiOperation({ summary: 'One run, with totals by target and evaluator' })
  @ApiOkResponse({ type: ExperimentRunDto })
  @ApiProblem(HttpStatus.NOT_FOUND, 'There is no such run, or it has not been projected yet')
  async get(@CurrentTenant() tenantId: TenantId, @Param('runId', ParseIdPipe) id: string): Promise<ExperimentRunDto> {
    return new ExperimentRunDto(id, await this.reads.get('experiment run', ExperimentRunSummary, tenantId, id));
  }

  @Get(':runId/results')
  @ApiOperation({ summary: 'The results of one run' })
  @ApiOkResponse({ type: ExperimentResultSliceDto })
  @ApiProblem(HttpStatus.NOT_FOUND, 'There is no such run')
  listResults(
    @CurrentTenant() tenantId: TenantId,
    @Param('runId', ParseIdPipe) aggregateId: string,
    @Query() slice: AfterDto,
  ): Promise<ExperimentResultSliceDto> {
    const stream = { tenantId, aggregateType: 'experiment_run', aggregateId };
    const toItem = (record: ProjectionRecord<ExperimentResult>): ExperimentResultDto => new ExperimentResultDto(record);
    return this.reads.records('experiment run', ExperimentResults, stream, slice, toItem);
  }

  @Get(':runId/events')
  @ApiOperation({ summary: 'The events of one run, as the log holds them' })
  @ApiOkResponse({ type: EventPageDto })
  @ApiProblem(HttpStatus.NOT_FOUND, 'There is no such run')
  listEvents(
    @CurrentTenant() tenantId: TenantId,
    @Param('runId', ParseIdPipe) aggregateId: string,
    @Query() slice: AfterDto,
  ): Promise<EventPageDto> {
    return this.reads.events('experiment run', { tenantId, aggregateType: 'experiment_run', aggregateId }, slice);
  }
}
