import { afterKey } from '../../../clickhouse/after-key.js';
import type { IdleStreams } from '../../event-log.js';
import type { StreamId } from '../../stream-id.js';
import { NOT_RESERVED } from './not-reserved.js';
import type { Statement } from './statement.js';

const AFTER = afterKey([
  ['aggregate_type', '{afterType:String}'],
  ['aggregate_id', '{afterId:String}'],
]);

export interface IdleRow {
  readonly aggregate_type: string;
  readonly aggregate_id: string;
}

/** The next streams of a tenant with events, the last of which was recorded before a time. */
export function findIdleStreams(
  { tenantId, aggregateType, before }: IdleStreams,
  after: StreamId | undefined,
  limit: number,
): Statement {
  return {
    sql: `
SELECT aggregate_type, aggregate_id
FROM events
WHERE tenant_id = {tenantId:String} AND ${NOT_RESERVED} ${aggregateType === undefined ? '' : 'AND aggregate_type = {aggregateType:String}'}
  ${after === undefined ? '' : `AND ${AFTER}`}
GROUP BY tenant_id, aggregate_type, aggregate_id
HAVING max(recorded_at) < fromUnixTimestamp64Milli({before:Int64})
ORDER BY tenant_id, aggregate_type, aggregate_id
LIMIT {limit:UInt64}`,
    params: {
      tenantId,
      before,
      limit,
      ...(aggregateType === undefined ? {} : { aggregateType }),
      ...(after && { afterType: after.aggregateType, afterId: after.aggregateId }),
    },
    settings: { max_threads: 1, optimize_aggregation_in_order: 1, max_execution_time: 0 },
  };
}
