import type { EventLog } from '../event-store/event-log.js';
import type { LogRow } from '../event-store/log-row.js';
import type { TenantId } from '../tenancy/tenant-id.js';
import { LOG_FORMAT, LOG_FORMAT_VERSION, type LogLine } from './log-lines.js';
import { walkLog } from './walk-log.js';

/** A log as JSON lines, each with its line break. @param now milliseconds since the epoch */
export async function* exportLog(
  log: EventLog,
  tenantId: TenantId | undefined,
  now: number,
): AsyncGenerator<string, void, undefined> {
  const exportedAt = new Date(now).toISOString();
  yield toLine({
    log: { format: LOG_FORMAT, version: LOG_FORMAT_VERSION, exportedAt, ...(tenantId !== undefined && { tenantId }) },
  });
  let events = 0;
  let emptied = 0;
  for await (const entry of walkLog(log, { tenantId })) {
    if (entry.kind === 'emptied') {
      emptied += 1;
      yield toLine({ emptied: entry.emptied });
    } else {
      events += 1;
      yield toLine({ event: inOrder(entry.row) });
    }
  }
  yield toLine({ end: { events, emptied } });
}

/** The same order of fields out of every store, so that two exports of one log are equal to the byte. */
function inOrder(row: LogRow): LogRow {
  return {
    tenantId: row.tenantId,
    aggregateType: row.aggregateType,
    aggregateId: row.aggregateId,
    sequence: row.sequence,
    id: row.id,
    type: row.type,
    version: row.version,
    occurredAt: row.occurredAt,
    recordedAt: row.recordedAt,
    key: row.key,
    tags: row.tags,
    metadata: row.metadata,
    payload: row.payload,
  };
}

function toLine(line: LogLine): string {
  return `${JSON.stringify(line)}\n`;
}
