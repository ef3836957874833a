import type { LogQuery } from '../../event-log.js';
import type { Statement } from './statement.js';

export interface EmptiedRow {
  readonly tenant_id: string;
  readonly aggregate_type: string;
  readonly aggregate_id: string;
  readonly last_sequence: string;
  readonly recorded_ms: string;
}

/** The streams that retention has emptied, in the order of the log. */
export function readEmptiedStreams({ tenantId, aggregateType }: LogQuery): Statement {
  const conditions = [
    ...(tenantId === undefined ? [] : ['tenant_id = {tenantId:String}']),
    ...(aggregateType === undefined ? [] : ['aggregate_type = {aggregateType:String}']),
  ];
  return {
    sql: `
SELECT tenant_id, aggregate_type, aggregate_id, max(head) AS last_sequence,
  toUnixTimestamp64Milli(max(recorded_at)) AS recorded_ms
FROM emptied_streams
${conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : ''}
GROUP BY tenant_id, aggregate_type, aggregate_id
ORDER BY tenant_id, aggregate_type, aggregate_id`,
    params: {
      ...(tenantId === undefined ? {} : { tenantId }),
      ...(aggregateType === undefined ? {} : { aggregateType }),
    },
    settings: { max_threads: 1, optimize_aggregation_in_order: 1, max_execution_time: 0 },
  };
}
