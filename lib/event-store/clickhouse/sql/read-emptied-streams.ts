import { afterKey } from '../../../clickhouse/after-key.js';
import type { LogQuery } from '../../event-log.js';
import type { Statement } from './statement.js';

const AFTER = afterKey([
  ['tenant_id', '{afterTenant:String}'],
  ['aggregate_type', '{afterType:String}'],
  ['aggregate_id', '{afterId:String}'],
]);

export interface EmptiedRow {
  readonly tenant_id: string;
  readonly aggregate_type: string;
  readonly aggregate_id: string;
  readonly last_sequence: string;
  readonly recorded_ms: string;
}

/** The next streams that retention has emptied, in the order of the log. */
export function readEmptiedStreams(
  { tenantId, aggregateType }: LogQuery,
  after: EmptiedRow | undefined,
  limit: number,
): Statement {
  const conditions = [
    ...(tenantId === undefined ? [] : ['tenant_id = {tenantId:String}']),
    ...(aggregateType === undefined ? [] : ['aggregate_type = {aggregateType:String}']),
    ...(after === undefined ? [] : [AFTER]),
  ];
  return {
    sql: `
SELECT tenant_id, aggregate_type, aggregate_id, max(head) AS last_sequence,
  toUnixTimestamp64Milli(max(recorded_at)) AS recorded_ms
FROM emptied_streams
${conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : ''}
GROUP BY tenant_id, aggregate_type, aggregate_id
ORDER BY tenant_id, aggregate_type, aggregate_id
LIMIT {limit:UInt64}`,
    params: {
      limit,
      ...(tenantId === undefined ? {} : { tenantId }),
      ...(aggregateType === undefined ? {} : { aggregateType }),
      ...(after && {
        afterTenant: after.tenant_id,
        afterType: after.aggregate_type,
        afterId: after.aggregate_id,
      }),
    },
    settings: { max_threads: 1, optimize_aggregation_in_order: 1, max_execution_time: 0 },
  };
}
