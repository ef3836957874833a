import type { RecordedEvent } from '../../events/recorded-event.js';
import type { TenantId } from '../../tenancy/tenant-id.js';
import type { CheckedHeadsQuery, CheckedReadOptions } from '../check-read-options.js';
import type { LogPlace } from '../log-row.js';
import type { StreamHead } from '../stream-head.js';
import type { StreamId } from '../stream-id.js';
import { fromRow, type EventRow } from './event-row.js';
import type { ReaderTools } from './reader-tools.js';
import { type PlacedRow, readEach } from './sql/read-each.js';
import { readHeads, type HeadRow } from './sql/read-heads.js';
import { pageRows, readStream, type StreamPage } from './sql/read-stream.js';

/** Streams of one page of heads. */
const HEADS_PAGE = 1_000;
/** Places of one page of `readEach()`. */
const PLACES_PER_PAGE = 1_000;

/** Reads streams page by page, so that a loop over one holds neither a connection nor a transaction. */
export class StreamReader {
  constructor(private readonly tools: ReaderTools) {}

  async *read(stream: StreamId, options: CheckedReadOptions): AsyncGenerator<RecordedEvent> {
    let rest: CheckedReadOptions = options;
    while (rest.from <= rest.to && rest.limit !== 0) {
      const rows = await this.tools.select<EventRow & StreamPage>(readStream(this.tools.names, stream, rest));
      for (const row of rows) yield this.tools.serializer.deserialize(fromRow(row));
      const next = following(rest, rows);
      if (next === undefined) return;
      rest = next;
    }
  }

  async *readEach(places: readonly LogPlace[]): AsyncGenerator<RecordedEvent> {
    let rest = places;
    while (rest.length > 0) {
      const page = rest.slice(0, PLACES_PER_PAGE);
      const rows = await this.tools.select<PlacedRow>(readEach(this.tools.names, page));
      for (const row of rows) yield this.tools.serializer.deserialize(fromRow(row));
      const last = rows[rows.length - 1];
      const isCut = last !== undefined && rows.length < Number(last.candidates);
      rest = rest.slice(isCut ? Number(last.n) : page.length);
    }
  }

  async *heads(query: CheckedHeadsQuery): AsyncGenerator<StreamHead> {
    let after: HeadRow | undefined;
    for (;;) {
      const rows = await this.tools.select<HeadRow>(readHeads(this.tools.names, query, after, HEADS_PAGE));
      for (const row of rows) {
        const count = Number(row.events_counted);
        if (count === 0) continue;
        const tenantId = row.tenant_id as TenantId;
        const emptiedHead = Number(row.emptied_head);
        yield {
          tenantId,
          aggregateId: row.aggregate_id,
          sequence: Number(row.head),
          count,
          ...(emptiedHead > 0 && { emptiedHead }),
        };
      }
      if (rows.length < HEADS_PAGE) return;
      after = rows[rows.length - 1];
    }
  }
}

/** What is left to read after a page, or undefined. */
function following(
  options: CheckedReadOptions,
  rows: readonly (EventRow & StreamPage)[],
): CheckedReadOptions | undefined {
  const last = rows[rows.length - 1];
  const isLast = rows.length === Number(last?.candidates) && rows.length < pageRows(options);
  if (last === undefined || isLast) return undefined;
  const limit = options.limit === undefined ? undefined : options.limit - rows.length;
  if (options.backwards) return { ...options, limit, to: Number(last.sequence) - 1 };
  return { ...options, limit, from: Number(last.sequence) + 1, to: Math.min(options.to, Number(last.stream_head)) };
}
