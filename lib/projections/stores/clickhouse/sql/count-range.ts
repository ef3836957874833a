import type { RecordRange } from '../../record-store.js';
import type { Statement } from './statement.js';

export interface RangeCount {
  readonly events_counted: string;
}

/** How many events of a part of one stream have a row, each event once. */
export function countRange({ tenantId, projection, version, aggregateId, from, to }: RecordRange): Statement {
  return {
    sql: `
SELECT count() AS events_counted
FROM projection_records FINAL
WHERE tenant_id = {tenantId:String} AND projection_name = {projection:String} AND version = {version:UInt32}
  AND aggregate_id = {aggregateId:String} AND sequence BETWEEN {from:UInt64} AND {to:UInt64}`,
    params: { tenantId, projection, version, aggregateId, from, to },
    settings: { max_threads: 1, optimize_move_to_prewhere_if_final: 0 },
  };
}
