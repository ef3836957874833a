import { EventStore, Projections, type RecordedEvent, type TenantId } from '@event-sourcing/nestjs';
import { Controller, Get, HttpStatus, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { ApiProblem } from '../../http/api-problem.decorator.js';
import { CurrentTenant } from '../../http/current-tenant.decorator.js';
import { ProblemException } from '../../http/problem.exception.js';
import { TenantScoped } from '../../http/tenant-scoped.decorator.js';
import { SpanRecords } from '../projections/span-records.map.js';
import { TraceSummary } from '../projections/trace-summary.fold.js';
import { AfterDto } from './after.dto.js';
import { ParseTraceIdPipe } from './parse-trace-id.pipe.js';
import { EventPageDto, RecordedEventDto } from './recorded-event.dto.js';
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
    private readonly events: EventStore,
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
      limit: pageSize,
      offset: (page - 1) * pageSize,
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
    const summary = await this.projections.get(TraceSummary, traceId, { tenantId });
    if (summary === null) throw unknownTrace(traceId);
    const records = await this.projections.records(SpanRecords, traceId, { tenantId, after, limit });
    return {
      summary: new TraceSummaryDto(traceId, summary),
      spans: records.map(({ record }) => new SpanDto(record)),
      nextAfter: records.length === limit ? (records.at(-1)?.sequence ?? null) : null,
    };
  }

  @Get(':traceId/events')
  @ApiOperation({ summary: 'The events of one trace, as the log holds them' })
  @ApiParam({ name: 'traceId', example: '4bf92f3577b34da6a3ce929d0e0e4736' })
  @ApiOkResponse({ type: EventPageDto })
  @ApiProblem(HttpStatus.NOT_FOUND, 'There is no such trace')
  async listEvents(
    @CurrentTenant() tenantId: TenantId,
    @Param('traceId', ParseTraceIdPipe) traceId: string,
    @Query() { after, limit }: AfterDto,
  ): Promise<EventPageDto> {
    const stream = { tenantId, aggregateType: 'trace', aggregateId: traceId };
    const events: RecordedEvent[] = [];
    for await (const event of this.events.read(stream, { from: after + 1, limit })) events.push(event);
    if (events.length === 0 && (await this.events.head(stream)) === 0) throw unknownTrace(traceId);
    return {
      items: events.map((event) => new RecordedEventDto(event)),
      nextAfter: events.length === limit ? (events.at(-1)?.sequence ?? null) : null,
    };
  }
}

function unknownTrace(traceId: string): ProblemException {
  return new ProblemException(HttpStatus.NOT_FOUND, `There is no trace ${traceId}.`, { code: 'TRACE_NOT_FOUND' });
}
