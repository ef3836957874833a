import { setTimeout as sleep } from 'node:timers/promises';
import { classifyClickHouseError } from '../../clickhouse/classify-clickhouse-error.js';
import type { ClickHouseConnection } from '../../clickhouse/clickhouse-connection.js';
import type { EventId } from '../../events/event-id.js';
import type { TenantId } from '../../tenancy/tenant-id.js';
import { asStoreUnavailable } from '../as-store-unavailable.js';
import type { LogRowsQuery } from '../event-log.js';
import type { LogRow } from '../log-row.js';
import { scanEvents, type ScannedValues } from './sql/scan-events.js';

/** Most times that the statement is sent without a row between. */
const MAX_ATTEMPTS = 4;
const FIRST_PAUSE_MS = 100;

/**
 * The rows of the log in its order. The server drops a reader that is slow for too long; then the statement is sent
 * again for what lies behind the last row that came.
 *
 * @throws StoreUnavailableError
 */
export async function* scanLog(
  connection: ClickHouseConnection,
  query: LogRowsQuery,
): AsyncGenerator<readonly LogRow[], void, undefined> {
  let after = query.after;
  for (let attempt = 1; ; attempt++) {
    const { sql, params, settings } = scanEvents({ ...query, after });
    try {
      for await (const batch of connection.batches<ScannedValues>(sql, params, settings)) {
        if (batch.length === 0) continue;
        const rows = batch.map(toLogRow);
        yield rows;
        after = rows[rows.length - 1];
        attempt = 1;
      }
      return;
    } catch (error) {
      if (classifyClickHouseError(error) === 'permanent' || attempt === MAX_ATTEMPTS) {
        throw asStoreUnavailable('The log could not be read from ClickHouse', error);
      }
      await sleep(FIRST_PAUSE_MS * 2 ** (attempt - 1));
    }
  }
}

function toLogRow(values: ScannedValues): LogRow {
  return {
    id: values[4] as EventId,
    tenantId: values[0] as TenantId,
    aggregateType: values[1],
    aggregateId: values[2],
    sequence: Number(values[3]),
    type: values[5],
    version: values[6],
    tags: values[10],
    payload: values[11],
    metadata: values[12],
    occurredAt: Number(values[7]),
    recordedAt: Number(values[8]),
    key: values[9] === '' ? undefined : values[9],
  };
}
