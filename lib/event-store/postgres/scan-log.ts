import { ClosedError } from '../../errors/closed.error.js';
import type { EventId } from '../../events/event-id.js';
import type { PostgresConnection } from '../../postgres/postgres-connection.js';
import { repeated } from '../../postgres/repeat.js';
import type { SchemaNames } from '../../postgres/schema-names.js';
import type { TenantId } from '../../tenancy/tenant-id.js';
import type { LogRowsQuery } from '../event-log.js';
import type { LogRow } from '../log-row.js';
import { StoreUnavailableError } from '../store-unavailable.error.js';
import { parseTags } from './event-row.js';
import { SCAN_PAGE_ROWS, scanEvents, type ScannedRow } from './sql/scan-events.js';

const MAX_ATTEMPTS = 4;

/**
 * The rows of the log in its order, page by page: a loop over them holds neither a connection nor a transaction.
 *
 * @throws StoreUnavailableError
 */
export async function* scanLog(
  connection: PostgresConnection,
  names: SchemaNames,
  query: LogRowsQuery,
): AsyncGenerator<readonly LogRow[], void, undefined> {
  let after = query.after;
  let append: ScannedRow | undefined;
  for (;;) {
    const rows = await select(connection, scanEvents(names, { ...query, after }));
    const page: LogRow[] = [];
    for (const row of rows) {
      if (row.idempotency_key !== null) append = row;
      page.push(toLogRow(row, append));
    }
    yield page;
    if (rows.length === Number(rows[0]?.candidates ?? 0) && rows.length < SCAN_PAGE_ROWS) return;
    after = page[page.length - 1];
  }
}

async function select(
  connection: PostgresConnection,
  statement: ReturnType<typeof scanEvents>,
): Promise<readonly ScannedRow[]> {
  try {
    return await repeated({ maxAttempts: MAX_ATTEMPTS, on: ['refused', 'transient', 'unknown'] }, () =>
      connection.query<ScannedRow>(statement),
    );
  } catch (error) {
    if (error instanceof ClosedError) throw error;
    throw new StoreUnavailableError('The log could not be read from PostgreSQL', { cause: error });
  }
}

/** @param append the first row of the latest append with a key, to which the row may belong */
function toLogRow(row: ScannedRow, append: ScannedRow | undefined): LogRow {
  const isOfAppend =
    append !== undefined &&
    Number(row.sequence) <= Number(append.key_last_sequence) &&
    row.aggregate_id === append.aggregate_id &&
    row.aggregate_type === append.aggregate_type &&
    row.tenant_id === append.tenant_id;
  return {
    id: row.event_id as EventId,
    tenantId: row.tenant_id as TenantId,
    aggregateType: row.aggregate_type,
    aggregateId: row.aggregate_id,
    sequence: Number(row.sequence),
    type: row.event_type,
    version: Number(row.event_version),
    tags: parseTags(row.tags),
    payload: row.payload,
    metadata: row.metadata,
    occurredAt: Number(row.occurred_ms),
    recordedAt: Number(row.recorded_ms),
    key: isOfAppend ? append.idempotency_key! : undefined,
  };
}
