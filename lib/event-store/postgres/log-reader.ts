import { setTimeout as sleep } from 'node:timers/promises';
import type { TenantId } from '../../tenancy/tenant-id.js';
import type { CheckedCountQuery, CheckedReadAll } from '../check-read-options.js';
import type { PositionedEvent } from '../positioned-event.js';
import { fromRow, type EventRow } from './event-row.js';
import { BEGINNING, parsePosition, toPosition, type Place } from './postgres-position.js';
import type { ReaderTools } from './reader-tools.js';
import { countAll, pageRows, readAll, type LogRange, type LogRow } from './sql/read-all.js';
import { readPosition, type PositionRow } from './sql/read-position.js';

/** Events from which on a query is not taken to be rare any more. */
const PLENTY = 10_000;

/** Longest wait of a read for transactions that have begun before events which it would give. */
const MAX_SETTLE_WAIT_MS = 1_000;
/** Doubled with each look, up to the second. */
const FIRST_LOOK_MS = 2;
const MAX_LOOK_MS = 50;

/**
 * Reads the log of a tenant as a whole, in the order (transaction, position).
 *
 * Transactions end in another order than they begin, so an event may come to stand before others that are there
 * already. A read goes only as far as that cannot happen any more: up to the oldest transaction that still runs when
 * it begins. While one runs that is older than the last event of the tenant, it waits for a moment, so that a caller
 * finds what it has appended before.
 */
export class LogReader {
  constructor(private readonly tools: ReaderTools) {}

  /** @throws InvalidArgumentError for a position of another store */
  readAll(options: CheckedReadAll): AsyncIterable<PositionedEvent> {
    const after = options.after === undefined ? BEGINNING : parsePosition('options.after', options.after);
    const before = options.before === undefined ? undefined : parsePosition('options.before', options.before);
    return this.readPages(options, after, before);
  }

  /** The place from which on no event of the tenant has been given yet. */
  async position(tenantId: TenantId): Promise<Place> {
    const until = performance.now() + MAX_SETTLE_WAIT_MS;
    let last: bigint | undefined;
    for (let lookMs = FIRST_LOOK_MS; ; lookMs = Math.min(2 * lookMs, MAX_LOOK_MS)) {
      const [row] = await this.tools.select<PositionRow>(readPosition(this.tools.names, tenantId));
      const settled = BigInt(row!.settled);
      // What came since the first look is for the next read.
      last ??= BigInt(row!.last ?? 0);
      if (last < settled || performance.now() >= until) return { transaction: String(settled), position: '0' };
      await sleep(lookMs);
    }
  }

  async count(query: CheckedCountQuery): Promise<number> {
    const before = await this.position(query.tenantId);
    const range: LogRange = { ...query, after: BEGINNING, before, backwards: false };
    const [row] = await this.tools.select<{ readonly count: string | number }>(countAll(this.tools.names, range));
    return Number(row!.count);
  }

  private async *readPages(
    options: CheckedReadAll,
    after: Place,
    given: Place | undefined,
  ): AsyncGenerator<PositionedEvent> {
    // A position that was given is one behind which nothing comes to stand any more.
    const before = given ?? (await this.position(options.tenantId));
    let count = 0;
    let rest: LogRange | undefined = { ...options, after, before };
    while (rest) {
      const rows: readonly (EventRow & LogRow)[] = await this.tools.select(readAll(this.tools.names, rest));
      for (const row of rows) {
        yield { ...this.tools.serializer.deserialize(fromRow(row)), position: toPosition(placeOf(row)) };
      }
      count += rows.length;
      rest = following({ ...rest, plenty: count >= PLENTY }, rows);
    }
  }
}

/** What is left to read after a page, or undefined. */
function following(range: LogRange, rows: readonly (EventRow & LogRow)[]): LogRange | undefined {
  const last = rows[rows.length - 1];
  const isLast = rows.length === Number(last?.candidates) && rows.length < pageRows(range);
  if (last === undefined || isLast) return undefined;
  const limit = range.limit === undefined ? undefined : range.limit - rows.length;
  if (limit === 0) return undefined;
  const place = placeOf(last);
  return range.backwards ? { ...range, limit, before: place } : { ...range, limit, after: place };
}

function placeOf({ transaction, position }: LogRow): Place {
  return { transaction: String(transaction), position: String(position) };
}
