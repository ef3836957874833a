import {
  EventStore,
  Projections,
  type FoldClass,
  type MapClass,
  type ProjectionFilter,
  type ProjectionRecord,
  type RecordedEvent,
  type StreamId,
  type TenantId,
} from '@event-sourcing/nestjs';
import { Injectable } from '@nestjs/common';
import { nextAfter, type AfterDto } from './after.dto.js';
import { notFound } from './not-found.js';
import type { Page } from './page-of.js';
import type { PageQueryDto } from './page-query.dto.js';
import { RecordedEventDto, type EventPageDto } from './recorded-event.dto.js';
import type { Slice } from './slice-of.js';

/** Which rows of a fold to list. */
export interface ListRequest<S, D> {
  readonly tenantId: TenantId;
  readonly query: PageQueryDto;
  readonly filter: ProjectionFilter;
  /** The property by which rows are sorted, the highest first. */
  readonly latestBy: Extract<keyof S, string>;
  readonly toItem: (id: string, state: S) => D;
}

/** What the endpoints of all pipelines read: rows of folds, and streams of the log. */
@Injectable()
export class Reads {
  constructor(
    private readonly projections: Projections,
    private readonly log: EventStore,
  ) {}

  /** One page of the rows of a fold. */
  async list<S, D>(fold: FoldClass<S>, request: ListRequest<S, D>): Promise<Page<D>> {
    const { tenantId, query, filter, latestBy, toItem } = request;
    const { page, pageSize } = query;
    const sort = { by: latestBy, direction: 'desc' } as const;
    const offset = (page - 1) * pageSize;
    const rows = await this.projections.list(fold, { tenantId, filter, sort, limit: pageSize, offset });
    return { items: rows.items.map(({ id, state }) => toItem(id, state)), total: rows.total, page, pageSize };
  }

  /**
   * @param what the row is about, such as `evaluation`
   * @throws ProblemException (404) when there is no such row
   */
  async get<S>(what: string, fold: FoldClass<S>, tenantId: TenantId, id: string): Promise<S> {
    const state = await this.projections.get(fold, id, { tenantId });
    if (state === null) throw notFound(what, id);
    return state;
  }

  /**
   * Records that a map made of a part of a stream.
   *
   * @param what the stream is about, such as `experiment run`
   * @throws ProblemException (404) when there is no such stream
   */
  async records<R, D>(
    what: string,
    map: MapClass<R>,
    stream: StreamId,
    { after, limit }: AfterDto,
    toItem: (record: ProjectionRecord<R>) => D,
  ): Promise<Slice<D>> {
    const { tenantId, aggregateId } = stream;
    const records = await this.projections.records(map, aggregateId, { tenantId, after, limit });
    if (records.length === 0) await this.requireStream(what, stream);
    return { items: records.map(toItem), nextAfter: nextAfter(records, limit) };
  }

  /**
   * A part of a stream, as the log holds it.
   *
   * @param what the stream is about, such as `evaluation`
   * @throws ProblemException (404) when there is no such stream
   */
  async events(what: string, stream: StreamId, { after, limit }: AfterDto): Promise<EventPageDto> {
    const events: RecordedEvent[] = [];
    for await (const event of this.log.read(stream, { from: after + 1, limit })) events.push(event);
    if (events.length === 0) await this.requireStream(what, stream);
    return { items: events.map((event) => new RecordedEventDto(event)), nextAfter: nextAfter(events, limit) };
  }

  private async requireStream(what: string, stream: StreamId): Promise<void> {
    if (!(await this.log.exists(stream))) throw notFound(what, stream.aggregateId);
  }
}
