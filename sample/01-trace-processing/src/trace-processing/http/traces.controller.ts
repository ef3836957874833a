import { Projections, type TenantId } from '@event-sourcing/nestjs';
import { Controller, Get, HttpStatus, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { AfterDto, nextAfter } from '../../http/after.dto.js';
import { ApiProblem } from '../../http/api-problem.decorator.js';
import { CurrentTenant } from '../../http/current-tenant.decorator.js';
import { Reads } from '../../http/reads.js';
import { EventPageDto } from '../../http/recorded-event.dto.js';
import { TenantScoped } from '../../http/tenant-scoped.decorator.js';
import { SpanRecords } from '../projections/span-records.map.js';
import { TraceSummary } from '../projections/trace-summary.fold.js';
import { ParseTraceIdPipe } from './parse-trace-id.pipe.js';
import { SpanDto } from './span.dto.js';
import { TraceDetailDto } from './trace-detail.dto.js';
import { toTraceFilter } from './trace-filter.js';
import { TracePageDto } from './trace-page.dto.js';
import { TraceQueryDto } from './trace-query.dto.js';
import { TraceSummaryDto } from './trace-summary.dto.js';

/** What the projections and the log know of traces. */
@ApiTags('traces')
@Controller('traces')
@TenantScoped()
export class TracesController {
  constructor(
    private readonly projections: Projections,
    private readonly reads: Reads,
  ) {}

  @Get()
  @ApiOperation({ summary: 'List traces, newest first' })
  @ApiOkResponse({ type: TracePageDto })
  async list(@CurrentTenant() tenantId: TenantId, @Query() query: TraceQueryDto): Promise<TracePageDto> {
    const { page, pageSize } = query;
    const { items, total } = await this.projections.list(TraceSummary, {
      tenantId,
      filter: toTraceFilter(query),
      sort: { by: 'startedAt', direction: 'desc' },
      page: { number: page, size: pageSize },
    });
    return { items: items.map(({ id, state }) => new TraceSummaryDto(id, state)), total, page, pageSize };
  }

  @Get(':traceId')
  @ApiOperation({ summary: 'One trace with its spans' })
  @ApiParam({ name: 'traceId', example: '4bf92f3577b34da6a3ce929d0e0e4736' })
  @ApiOkResponse({ type: TraceDetailDto })
  @ApiProblem(HttpStatus.NOT_FOUND, 'There is no such trace, or it has not been projected yet')
  async get(
    @CurrentTenant() tenantId: TenantId,
    @Param('traceId', ParseTraceIdPipe) traceId: string,
    @Query() { after, limit }: AfterDto,
  ): Promise<TraceDetailDto> {
    const summary = await this.reads.get('trace', TraceSummary, tenantId, traceId);
    const records = await this.projections.records(SpanRecords, traceId, { tenantId, after, limit });
    return {
      summary: new TraceSummaryDto(traceId, summary),
      spans: records.map(({ record }) => new SpanDto(record)),
      nextAfter: nextAfter(records, limit),
    };
  }

  @Get(':traceId/events')
  @ApiOperation({ summary: 'The events of one trace, as the log holds them' })
  @ApiParam({ name: 'traceId', example: '4bf92f3577b34da6a3ce929d0e0e4736' })
  @ApiOkResponse({ type: EventPageDto })
  @ApiProblem(HttpStatus.NOT_FOUND, 'There is no such trace')
  listEvents(
    @CurrentTenant() tenantId: TenantId,
    @Param('traceId', ParseTraceIdPipe) traceId: string,
    @Query() query: AfterDto,
  ): Promise<EventPageDto> {
    return this.reads.events('trace', { tenantId, aggregateType: 'trace', aggregateId: traceId }, query);
  }
}
