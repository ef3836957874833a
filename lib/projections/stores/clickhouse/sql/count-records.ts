import type { ProjectionScope } from '../../check-fields.js';
import type { Statement } from './statement.js';

/** From here on the server sorts and groups on disk instead of in memory. */
const SPILL_BYTES = 268_435_456;

export interface CountRow {
  readonly tenant_id: string;
  readonly aggregate_id: string;
  readonly events_counted: string;
}

/** How many events of each aggregate have a row, each event once. Text is ordered by its bytes. */
export function countRecords({ projection, version, tenantId }: ProjectionScope): Statement {
  return {
    sql: `
SELECT tenant_id, aggregate_id, count() AS events_counted
FROM projection_records FINAL
WHERE projection_name = {projection:String} AND version = {version:UInt32}${tenantId === undefined ? '' : ' AND tenant_id = {tenantId:String}'}
GROUP BY tenant_id, projection_name, version, aggregate_id
ORDER BY tenant_id, projection_name, version, aggregate_id`,
    params: { projection, version, ...(tenantId !== undefined && { tenantId }) },
    settings: {
      max_threads: 1,
      optimize_aggregation_in_order: 1,
      max_bytes_before_external_sort: SPILL_BYTES,
      max_bytes_before_external_group_by: SPILL_BYTES,
    },
  };
}
