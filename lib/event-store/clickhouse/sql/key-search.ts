import type { QueryParams } from '../../../clickhouse/clickhouse-connection.js';
import type { ClickHouseSettings } from '../../../clickhouse/clickhouse-settings.js';
import type { StreamId } from '../../stream-id.js';
import { streamParams } from '../stream-params.js';

/** Keys that are looked for in some streams. */
export interface KeySearch {
  readonly streams: readonly StreamId[];
  readonly keys: readonly string[];
  /** What was recorded earlier is not looked at; milliseconds since the epoch. */
  readonly since?: number;
  /** Whether little has been recorded since. */
  readonly recent: boolean;
}

/** As part of a statement on `events`. */
export function keyCondition({ streams, keys, since, recent }: KeySearch): {
  readonly condition: string;
  readonly params: QueryParams;
  readonly settings: ClickHouseSettings;
} {
  return {
    condition: `(tenant_id, aggregate_type, aggregate_id)
    IN arrayZip({tenants:Array(String)}, {types:Array(String)}, {ids:Array(String)})
  AND idempotency_key IN {keys:Array(String)}
  ${since === undefined ? '' : 'AND recorded_at >= fromUnixTimestamp64Milli({since:Int64})'}`,
    params: { ...streamParams(streams), keys, ...(since !== undefined && { since }) },
    // The index of keys is asked for all of a stream; to look at the few rows that are recent costs less.
    settings: recent ? { ignore_data_skipping_indices: 'by_idempotency_key' } : {},
  };
}
