import type { ClickHouseConnection, Page } from '../../clickhouse/clickhouse-connection.js';
import { chunkForParams } from '../../clickhouse/param-limits.js';
import { walkPages } from '../../clickhouse/walk-pages.js';
import type { EventSerializer } from '../../events/event-serializer.js';
import type { RecordedEvent } from '../../events/recorded-event.js';
import type { TenantId } from '../../tenancy/tenant-id.js';
import type { CheckedHeadsQuery, CheckedReadOptions } from '../check-read-options.js';
import type { LogPlace } from '../log-row.js';
import type { StreamHead } from '../stream-head.js';
import type { StreamId } from '../stream-id.js';
import { fromRow, type EventRow } from './event-row.js';
import { READ_EACH } from './sql/read-each.js';
import { READ_HEAD } from './sql/read-head.js';
import { readHeads, type HeadRow } from './sql/read-heads.js';
import { readStream } from './sql/read-stream.js';
import type { Statement } from './sql/statement.js';
import { streamParams, streamTexts } from './stream-params.js';
import { unreadable } from './unreadable.js';

/** Events of one page, or places of one. */
const PAGE_EVENTS = 1_000;
/** Characters of payloads at which a page is full. */
const PAGE_CHARACTERS = 4_194_304;

/**
 * Reads streams page by page, so that a loop over one holds no connection while it is busy: loops that read on inside
 * would else wait for each other.
 */
export class EventReader {
  constructor(
    private readonly connection: ClickHouseConnection,
    private readonly serializer: EventSerializer,
  ) {}

  async *read(stream: StreamId, options: CheckedReadOptions): AsyncGenerator<RecordedEvent> {
    let rest = options;
    let isFirst = true;
    while (rest.from <= rest.to && rest.limit !== 0) {
      const limit = Math.min(rest.limit ?? PAGE_EVENTS, PAGE_EVENTS);
      const { rows, isCut } = await this.page(readStream(stream, { ...rest, limit }));
      const isLast = !isCut && rows.length < limit;
      // What is appended while the loop is busy is not read.
      if (isFirst && !isLast && !rest.backwards) rest = { ...rest, to: Math.min(rest.to, await this.head(stream)) };
      isFirst = false;
      for (const row of rows) yield this.serializer.deserialize(fromRow(row));
      if (isLast) return;
      const last = Number(rows.at(-1)!.sequence);
      const left = rest.limit === undefined ? undefined : rest.limit - rows.length;
      rest = { ...rest, limit: left, ...(rest.backwards ? { to: last - 1 } : { from: last + 1 }) };
    }
  }

  async *readEach(places: readonly LogPlace[]): AsyncGenerator<RecordedEvent> {
    for (const chunk of chunkForParams(places, streamTexts, PAGE_EVENTS)) {
      for (let rest: readonly LogPlace[] = chunk; rest.length > 0;) {
        const params = { ...streamParams(rest), sequences: rest.map(({ sequence }) => sequence) };
        const { rows, isCut } = await this.page({ sql: READ_EACH, params });
        for (const row of rows) yield this.serializer.deserialize(fromRow(row));
        if (!isCut) break;
        const last = rows.at(-1)!;
        rest = rest.slice(rest.findIndex((place) => isAt(last, place)) + 1);
      }
    }
  }

  /** The last sequence of a stream; 0 without events. */
  async head(stream: StreamId): Promise<number> {
    try {
      const [row] = await this.connection.query<{ last_sequence: string }>(READ_HEAD, { ...stream });
      return Number(row!.last_sequence);
    } catch (error) {
      throw unreadable(error);
    }
  }

  /** The heads of streams, without what retention has removed. */
  async *heads(query: CheckedHeadsQuery): AsyncGenerator<StreamHead> {
    try {
      for await (const row of walkPages<HeadRow>(this.connection, (after, limit) => readHeads(query, after, limit))) {
        yield {
          tenantId: row.tenant_id as TenantId,
          aggregateId: row.aggregate_id,
          sequence: Number(row.head),
          count: Number(row.events_counted),
        };
      }
    } catch (error) {
      throw unreadable(error);
    }
  }

  private async page({ sql, params, settings }: Statement): Promise<Page<EventRow>> {
    let characters = 0;
    const isFull = ({ payload }: EventRow): boolean => (characters += payload.length) >= PAGE_CHARACTERS;
    try {
      return await this.connection.page(sql, params, settings, { isFull });
    } catch (error) {
      throw unreadable(error);
    }
  }
}

function isAt(row: EventRow, { tenantId, aggregateType, aggregateId, sequence }: LogPlace): boolean {
  return (
    row.tenant_id === tenantId &&
    row.aggregate_type === aggregateType &&
    row.aggregate_id === aggregateId &&
    Number(row.sequence) === sequence
  );
}
