import type { ClickHouseConnection } from '../../clickhouse/clickhouse-connection.js';
import type { EventSerializer } from '../../events/event-serializer.js';
import type { StoredEvent } from '../../events/stored-event.js';
import type { CheckedCountQuery, CheckedReadAll } from '../check-read-options.js';
import type { LogPosition } from '../log-position.js';
import { matchesQuery } from '../matches-query.js';
import type { PositionedEvent } from '../positioned-event.js';
import { parsePosition, placeAt, toPosition } from './clickhouse-position.js';
import { fromRow, type EventRow } from './event-row.js';
import { countAll, readAll, type LogRange } from './sql/read-all.js';
import { READ_SETTLED_TIME } from './sql/read-settled-time.js';
import { unreadable } from './unreadable.js';

/**
 * Reads the log of a tenant as a whole, in the order (recorded time, stream, sequence).
 *
 * Batches become visible in another order than their times say, so only what is older than `settleMs` is read: the
 * writer lets no row land later than that after its time (`BatchInserter`).
 */
export class LogReader {
  constructor(
    private readonly connection: ClickHouseConnection,
    private readonly serializer: EventSerializer,
    private readonly settleMs: number,
  ) {}

  /** @throws InvalidArgumentError for a position of another store */
  readAll({ after, before, ...options }: CheckedReadAll): AsyncIterable<PositionedEvent> {
    return this.events({
      ...options,
      after: after === undefined ? undefined : parsePosition('options.after', after),
      before: before === undefined ? undefined : parsePosition('options.before', before),
    });
  }

  async position(): Promise<LogPosition> {
    const { settleMs } = this;
    const [row] = await this.query<{ readonly settled_ms: string }>(READ_SETTLED_TIME, { settleMs });
    return toPosition(placeAt(Number(row!.settled_ms)));
  }

  async count(wanted: CheckedCountQuery): Promise<number> {
    const range = { ...wanted, backwards: false, settleMs: this.settleMs };
    if (wanted.query.every(({ payload }) => payload === undefined)) {
      const { sql, params } = countAll(range);
      const [row] = await this.query<{ readonly count: string }>(sql, params);
      return Number(row!.count);
    }
    let count = 0;
    for await (const _ of this.stored(range)) count += 1;
    return count;
  }

  private async *events({
    limit = Number.POSITIVE_INFINITY,
    ...range
  }: Omit<LogRange, 'settleMs'> & { readonly limit?: number }): AsyncGenerator<PositionedEvent> {
    let left = limit;
    for await (const event of this.stored({ ...range, settleMs: this.settleMs })) {
      const { aggregateType, aggregateId, sequence } = event;
      const position = toPosition({ recordedMs: event.recordedAt, aggregateType, aggregateId, sequence });
      yield { ...this.serializer.deserialize(event), position };
      left -= 1;
      if (left === 0) return;
    }
  }

  private async *stored(range: LogRange): AsyncGenerator<StoredEvent> {
    const { sql, params, settings } = readAll(range);
    let last: EventRow | undefined;
    try {
      for await (const row of this.connection.stream<EventRow>(sql, params, settings)) {
        if (last && isSame(last, row)) continue;
        last = row;
        const event = fromRow(row);
        if (matchesQuery(range.query, event)) yield event;
      }
    } catch (error) {
      throw unreadable(error);
    }
  }

  private async query<Row>(sql: string, params: Record<string, unknown>): Promise<readonly Row[]> {
    try {
      return await this.connection.query<Row>(sql, params);
    } catch (error) {
      throw unreadable(error);
    }
  }
}

function isSame(a: EventRow, b: EventRow): boolean {
  return (
    a.event_id === b.event_id &&
    a.sequence === b.sequence &&
    a.aggregate_id === b.aggregate_id &&
    a.aggregate_type === b.aggregate_type
  );
}
