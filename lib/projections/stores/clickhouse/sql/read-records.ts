import type { RecordQuery } from '../../record-store.js';
import type { Statement } from './statement.js';

/** Bytes of one read; over it the server refuses. */
const MAX_RESULT_BYTES = 134_217_728;

export interface ReadRecord {
  readonly row_sequence: string;
  readonly event_id: string;
  readonly recorded_ms: string;
  readonly record: string;
}

/** The records of one aggregate, each event once. */
export function readRecords({
  tenantId,
  projection,
  version,
  aggregateId,
  after,
  limit,
}: Required<RecordQuery>): Statement {
  return {
    sql: `
SELECT sequence AS row_sequence, event_id, toUnixTimestamp64Milli(recorded_at) AS recorded_ms, record
FROM projection_records FINAL
WHERE tenant_id = {tenantId:String} AND projection_name = {projection:String} AND version = {version:UInt32}
  AND aggregate_id = {aggregateId:String} AND sequence > {after:UInt64} AND record != 'null'
ORDER BY sequence, event_id
LIMIT {limit:UInt32}`,
    params: { tenantId, projection, version, aggregateId, after, limit },
    settings: {
      max_threads: 1,
      optimize_move_to_prewhere_if_final: 0,
      max_result_bytes: MAX_RESULT_BYTES,
      result_overflow_mode: 'throw',
    },
  };
}
