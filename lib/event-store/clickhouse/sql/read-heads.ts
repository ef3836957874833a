import { afterKey } from '../../../clickhouse/after-key.js';
import type { CheckedHeadsQuery } from '../../check-read-options.js';
import type { Statement } from './statement.js';

/** Of one aggregate type, by tenant and id. */
const AFTER = afterKey([
  ['tenant_id', '{afterTenant:String}'],
  ['aggregate_id', '{afterId:String}'],
]);

export interface HeadRow {
  readonly tenant_id: string;
  readonly aggregate_id: string;
  readonly head: string;
  readonly events_counted: string;
}

/** From here on the server sorts and groups on disk instead of in memory. */
const SPILL_BYTES = 268_435_456;

/**
 * The next streams of one aggregate type after the given one, each with its last sequence. Sequences are counted once each, since a repeated insert
 * may leave the same row twice until the next merge. Text is ordered by its bytes.
 */
export function readHeads(
  { aggregateType, tenantId, types }: CheckedHeadsQuery,
  after: HeadRow | undefined,
  limit: number,
): Statement {
  return {
    sql: `
SELECT tenant_id, aggregate_id, max(sequence) AS head, uniqExact(sequence) AS events_counted
FROM events
WHERE aggregate_type = {aggregateType:String}
  ${tenantId === undefined ? '' : 'AND tenant_id = {tenantId:String}'}
  ${types === undefined ? '' : 'AND has({types:Array(String)}, event_type)'}
  ${after === undefined ? '' : `AND ${AFTER}`}
GROUP BY tenant_id, aggregate_type, aggregate_id
ORDER BY tenant_id, aggregate_type, aggregate_id
LIMIT {limit:UInt64}`,
    params: {
      aggregateType,
      limit,
      ...(tenantId === undefined ? {} : { tenantId }),
      ...(types === undefined ? {} : { types }),
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
