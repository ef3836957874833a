import type { EmptiedStream } from '../event-store/emptied-stream.js';
import type { EventLog, LogQuery } from '../event-store/event-log.js';
import type { LogRow } from '../event-store/log-row.js';
import type { StreamId } from '../event-store/stream-id.js';
import { compareText } from '../tenancy/compare-text.js';

/** What stands in a log: rows, and before those of a stream that retention has emptied its head. */
export type LogEntry =
  { readonly kind: 'emptied'; readonly emptied: EmptiedStream } | { readonly kind: 'row'; readonly row: LogRow };

/** Everything in a log, stream by stream, in its order and in bounded memory. */
export async function* walkLog(
  log: EventLog,
  query: Pick<LogQuery, 'tenantId' | 'aggregateType'>,
): AsyncGenerator<LogEntry, void, undefined> {
  const { tenantId, aggregateType } = query;
  const meant = { tenantId, aggregateType };
  const heads = log.emptied(meant)[Symbol.asyncIterator]();
  try {
    let head = await heads.next();
    for await (const row of log.rows(meant)) {
      while (!head.done && compareStreams(head.value, row) <= 0) {
        yield { kind: 'emptied', emptied: head.value };
        head = await heads.next();
      }
      yield { kind: 'row', row };
    }
    for (; !head.done; head = await heads.next()) yield { kind: 'emptied', emptied: head.value };
  } finally {
    await heads.return?.();
  }
}

/** The order of streams in the log; 0 for the same stream. */
export function compareStreams(a: StreamId, b: StreamId): number {
  return (
    compareText(a.tenantId, b.tenantId) ||
    compareText(a.aggregateType, b.aggregateType) ||
    compareText(a.aggregateId, b.aggregateId)
  );
}
