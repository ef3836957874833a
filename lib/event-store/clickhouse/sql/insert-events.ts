import type { ClickHouseSettings } from '../../../clickhouse/clickhouse-settings.js';

/**
 * The fenced insert. The server itself refuses it, with zero rows written, when the deadline has passed by the time
 * the block is read, or when a newer epoch is open. So an insert that was delayed anywhere on its way can do no harm.
 *
 * Params: `epoch` UInt64, `deadline` Int64 (milliseconds since the epoch, server time).
 */
export const INSERT_EVENTS = `
INSERT INTO events (
  tenant_id, aggregate_type, aggregate_id, sequence, event_id, event_type, event_version,
  occurred_at, recorded_at, idempotency_key, tags, payload, metadata, epoch)
SELECT
  tenant_id, aggregate_type, aggregate_id, sequence, event_id, event_type, event_version,
  fromUnixTimestamp64Milli(occurred_ms, 'UTC'), fromUnixTimestamp64Milli(recorded_ms, 'UTC'),
  idempotency_key, tags, payload, metadata, {epoch:UInt64}
FROM input('tenant_id String, aggregate_type String, aggregate_id String, sequence UInt64, event_id String,
  event_type String, event_version UInt32, occurred_ms Int64, recorded_ms Int64, idempotency_key String,
  tags Array(String), payload String, metadata String')
WHERE nowInBlock64(3) < fromUnixTimestamp64Milli({deadline:Int64})
  AND {epoch:UInt64} = (SELECT max(epoch) FROM arbiter_epochs)
FORMAT JSONEachRow`;

/** Far above the largest append, so that an insert is one block: one part, written whole or not at all. */
const BLOCK_ROWS = 1_048_576;
const BLOCK_BYTES = 1_073_741_824;

/**
 * Settings of the fenced insert.
 *
 * @param token names the batch, so that a repeat of it is not stored twice
 * @param maxInsertMs bound of its run time on the server
 * @param deduplication what makes this server use the token, see `deduplicationSettings`
 */
export function insertEventsSettings(
  token: string,
  maxInsertMs: number,
  deduplication: ClickHouseSettings,
): ClickHouseSettings {
  return {
    ...deduplication,
    insert_deduplication_token: token,
    // Also lets a running insert be found in the list of processes.
    log_comment: token,
    max_execution_time: Math.ceil(maxInsertMs / 1000),
    timeout_overflow_mode: 'throw',
    max_threads: 1,
    max_insert_threads: 1,
    max_block_size: BLOCK_ROWS,
    max_insert_block_size: BLOCK_ROWS,
    min_insert_block_size_rows: BLOCK_ROWS,
    min_insert_block_size_bytes: BLOCK_BYTES,
    input_format_parallel_parsing: 0,
  };
}
