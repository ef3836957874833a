import { afterKey } from '../../../clickhouse/after-key.js';
import type { LogRowsQuery } from '../../event-log.js';
import { NOT_RESERVED } from './not-reserved.js';
import type { Statement } from './statement.js';

const AFTER = afterKey([
  ['tenant_id', '{afterTenant:String}'],
  ['aggregate_type', '{afterType:String}'],
  ['aggregate_id', '{afterId:String}'],
  ['sequence', '{afterSequence:UInt64}'],
]);

/** One row as `scanEvents` gives it: the columns in their order, 64 bit integers as text. */
export type ScannedValues = readonly [
  tenantId: string,
  aggregateType: string,
  aggregateId: string,
  sequence: string,
  eventId: string,
  eventType: string,
  eventVersion: number,
  occurredMs: string,
  recordedMs: string,
  idempotencyKey: string,
  tags: readonly string[],
  payload: string,
  metadata: string,
];

/**
 * The whole log, or a part of it, in the order of the sorting key, in which it lies on disk. What a repeated insert
 * doubled is made one while it streams.
 */
export function scanEvents(query: LogRowsQuery): Statement {
  const { tenantId, aggregateType, types, after } = query;
  const conditions = [
    ...(tenantId === undefined ? [] : ['tenant_id = {tenantId:String}']),
    aggregateType === undefined ? NOT_RESERVED : 'aggregate_type = {aggregateType:String}',
    ...(types === undefined ? [] : ['has({types:Array(String)}, event_type)']),
    ...(after === undefined ? [] : [AFTER]),
  ];
  return {
    sql: `
SELECT tenant_id, aggregate_type, aggregate_id, sequence, event_id, event_type, event_version,
  toUnixTimestamp64Milli(occurred_at), toUnixTimestamp64Milli(recorded_at), idempotency_key, tags, payload, metadata
FROM events
WHERE ${conditions.join(' AND ')}
ORDER BY tenant_id, aggregate_type, aggregate_id, sequence, event_id
LIMIT 1 BY tenant_id, aggregate_type, aggregate_id, sequence, event_id`,
    params: {
      ...(tenantId === undefined ? {} : { tenantId }),
      ...(aggregateType === undefined ? {} : { aggregateType }),
      ...(types === undefined ? {} : { types }),
      ...(after && {
        afterTenant: after.tenantId,
        afterType: after.aggregateType,
        afterId: after.aggregateId,
        afterSequence: after.sequence,
      }),
    },
    // A scan takes as long as it takes.
    settings: { max_threads: 1, optimize_read_in_order: 1, max_execution_time: 0 },
  };
}
