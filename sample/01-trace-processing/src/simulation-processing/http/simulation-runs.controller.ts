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
import { CancelSimulationRun } from '../commands/cancel-simulation-run.command.js';
import { FailSimulationRun } from '../commands/fail-simulation-run.command.js';
import { FinishSimulationRun } from '../commands/finish-simulation-run.command.js';
import { QueueSimulationRun } from '../commands/queue-simulation-run.command.js';
import { StartSimulationRun } from '../commands/start-simulation-run.command.js';
import { TakeMessageSnapshot } from '../commands/take-message-snapshot.command.js';
import { MessageSnapshot } from '../message-snapshot.js';
import { SimulationRunState } from '../projections/simulation-run-state.fold.js';
import { SimulationResult } from '../simulation-result.js';
import { SimulationSetup } from '../simulation-setup.js';
import { QueueSimulationRunDto } from './queue-simulation-run.dto.js';
import { SimulationRunDetailDto } from './simulation-run-detail.dto.js';
import { SimulationRunPageDto } from './simulation-run-page.dto.js';
import { SimulationRunQueryDto, toSimulationRunFilter } from './simulation-run-query.dto.js';
import { SimulationRunDto } from './simulation-run.dto.js';

/** Simulated conversations: what clients say of them, and what is known. */
@ApiTags('simulation runs')
@Controller('simulation-runs')
@TenantScoped()
export class SimulationRunsController {
  constructor(
    private readonly commands: CommandSender,
    private readonly reads: Reads,
  ) {}

  @Post()
  @CommandEndpoint({ summary: 'Queue a simulation' })
  queue(
    @CurrentTenant() tenantId: TenantId,
    @CommandId() commandId: string,
    @Body() { runId: aggregateId, ...setup }: QueueSimulationRunDto,
  ): Promise<ReceiptDto> {
    const address = { tenantId, aggregateId, commandId };
    return this.commands.send(new QueueSimulationRun(address, new SimulationSetup(setup)));
  }

  @Post(':runId/start')
  @CommandEndpoint({ summary: 'Say that the conversation begins', of: 'runId' })
  start(@AddressOf('runId') address: CommandAddress): Promise<ReceiptDto> {
    return this.commands.send(new StartSimulationRun(address));
  }

  @Post(':runId/message-snapshots')
  @CommandEndpoint({
    summary: 'Say how far the conversation has come',
    description: 'All of its messages: the last snapshot counts.',
    of: 'runId',
  })
  takeSnapshot(@AddressOf('runId') address: CommandAddress, @Body() snapshot: MessageSnapshot): Promise<ReceiptDto> {
    return this.commands.send(new TakeMessageSnapshot(address, snapshot));
  }

  @Post(':runId/finish')
  @CommandEndpoint({ summary: 'Say how the conversation ended', of: 'runId' })
  finish(@AddressOf('runId') address: CommandAddress, @Body() result: SimulationResult): Promise<ReceiptDto> {
    return this.commands.send(new FinishSimulationRun(address, result));
  }

  @Post(':runId/fail')
  @CommandEndpoint({ summary: 'Say that the simulation broke', of: 'runId' })
  fail(@AddressOf('runId') address: CommandAddress, @Body() why: Reason): Promise<ReceiptDto> {
    return this.commands.send(new FailSimulationRun(address, why));
  }

  @Post(':runId/cancel')
  @CommandEndpoint({ summary: 'End a simulation that nobody wants any more', of: 'runId' })
  cancel(@AddressOf('runId') address: CommandAddress, @Body() why: Reason): Promise<ReceiptDto> {
    return this.commands.send(new CancelSimulationRun(address, why));
  }

  @Get()
  @ApiOperation({ summary: 'List simulations, those that were queued last first' })
  @ApiOkResponse({ type: SimulationRunPageDto })
  list(@CurrentTenant() tenantId: TenantId, @Query() query: SimulationRunQueryDto): Promise<SimulationRunPageDto> {
    return this.reads.list(SimulationRunState, {
      tenantId,
      query,
      filter: toSimulationRunFilter(query),
      latestBy: 'queuedAt',
      toItem: (id, state) => new SimulationRunDto(id, state),
    });
  }

  @Get(':runId')
  @ShowsOwnWrites(SimulationRunState)
  @ApiOperation({ summary: 'One simulation with its conversation' })
  @ApiOkResponse({ type: SimulationRunDetailDto })
  @ApiProblem(HttpStatus.NOT_FOUND, 'There is no such simulation, or it has not been projected yet')
  async get(
    @CurrentTenant() tenantId: TenantId,
    @Param('runId', ParseIdPipe) id: string,
  ): Promise<SimulationRunDetailDto> {
    return new SimulationRunDetailDto(id, await this.reads.get('simulation run', SimulationRunState, tenantId, id));
  }

  @Get(':runId/events')
  @ApiOperation({ summary: 'The events of one simulation, as the log holds them' })
  @ApiOkResponse({ type: EventPageDto })
  @ApiProblem(HttpStatus.NOT_FOUND, 'There is no such simulation')
  listEvents(
    @CurrentTenant() tenantId: TenantId,
    @Param('runId', ParseIdPipe) aggregateId: string,
    @Query() slice: AfterDto,
  ): Promise<EventPageDto> {
    return this.reads.events('simulation run', { tenantId, aggregateType: 'simulation_run', aggregateId }, slice);
  }
}
