import { afterKey } from '../../../../clickhouse/after-key.js';
import type { ProjectionScope } from '../../check-fields.js';
import type { Statement } from './statement.js';

/** From here on the server sorts and groups on disk instead of in memory. */
const SPILL_BYTES = 268_435_456;

/** Of one version of a projection. */
const AFTER = afterKey([
  ['tenant_id', '{afterTenant:String}'],
  ['aggregate_id', '{afterId:String}'],
]);

export interface CountRow {
  readonly tenant_id: string;
  readonly aggregate_id: string;
  readonly events_counted: string;
  readonly last_sequence: string;
}

/**
 * How many events of each of the next aggregates after the given one have a row, each event once, and which is the last
 * of them. Text is ordered by its bytes.
 */
export function countRecords(
  { projection, version, tenantId }: ProjectionScope,
  after: CountRow | undefined,
  limit: number,
): Statement {
  return {
    sql: `
SELECT tenant_id, aggregate_id, count() AS events_counted, max(sequence) AS last_sequence
FROM projection_records FINAL
WHERE projection_name = {projection:String} AND version = {version:UInt32}${tenantId === undefined ? '' : ' AND tenant_id = {tenantId:String}'}
  ${after === undefined ? '' : `AND ${AFTER}`}
GROUP BY tenant_id, projection_name, version, aggregate_id
ORDER BY tenant_id, projection_name, version, aggregate_id
LIMIT {limit:UInt64}`,
    params: {
      projection,
      version,
      limit,
      ...(tenantId !== undefined && { tenantId }),
      ...(after && { afterTenant: after.tenant_id, afterId: after.aggregate_id }),
    },
    settings: {
      max_threads: 1,
      optimize_aggregation_in_order: 1,
      max_bytes_before_external_sort: SPILL_BYTES,
      max_bytes_before_external_group_by: SPILL_BYTES,
    },
  };
}
