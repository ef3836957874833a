import type { StoredEvent } from '../../events/stored-event.js';
import type { LogQuery, LogRowsQuery } from '../event-log.js';
import { compareText } from '../../tenancy/compare-text.js';
import { isReserved } from '../../tenancy/reserved-prefix.js';
import type { MemoryLog } from './memory-log.js';
import { compareStreams, type MemoryStream } from './memory-stream.js';

/** The streams that a query means, in the order of the log. */
export function streamsIn(log: MemoryLog, { tenantId, aggregateType }: LogQuery): readonly MemoryStream[] {
  return [...log.streams()]
    .filter(({ id }) => tenantId === undefined || id.tenantId === tenantId)
    .filter(({ id }) => aggregateType === undefined || id.aggregateType === aggregateType)
    .sort(compareStreams);
}

/** The events of the log in its order, one stream at a time. */
export async function* scanLog(
  log: MemoryLog,
  query: LogRowsQuery,
): AsyncGenerator<readonly StoredEvent[], void, undefined> {
  const { types } = query;
  for (const { id, events } of streamsIn(log, query)) {
    if (query.aggregateType === undefined && isReserved(id.aggregateType)) continue;
    yield events.filter((event) => isBehind(event, query) && (types === undefined || types.includes(event.type)));
  }
}

function isBehind(event: StoredEvent, { after }: LogQuery): boolean {
  if (after === undefined) return true;
  const order =
    compareText(event.tenantId, after.tenantId) ||
    compareText(event.aggregateType, after.aggregateType) ||
    compareText(event.aggregateId, after.aggregateId) ||
    event.sequence - after.sequence;
  return order > 0;
}
