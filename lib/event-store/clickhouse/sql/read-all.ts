import type { QueryParams } from '../../../clickhouse/clickhouse-connection.js';
import type { CheckedCriteria } from '../../check-event-query.js';
import type { CheckedCountQuery } from '../../check-read-options.js';
import type { Place } from '../clickhouse-position.js';
import { EVENT_COLUMNS } from './event-columns.js';
import { NOT_RESERVED } from './not-reserved.js';
import { recordedWithin } from './recorded-within.js';
import type { Statement } from './statement.js';

/** From here on the server sorts and groups on disk instead of in memory. */
const SPILL_BYTES = 268_435_456;

/** Times that the column can hold. */
const MAX_TIME_MS = Date.UTC(2299, 0, 1);

/** Which events of the log, in which order: those between the places, both exclusive, that have settled. */
export interface LogRange extends CheckedCountQuery {
  readonly after?: Place;
  readonly before?: Place;
  readonly backwards: boolean;
  /** How old an event must be, so that none can come to stand before it any more. */
  readonly settleMs: number;
}

/**
 * The settled events of a tenant in the order of the log. What payload patterns say is not part of it: the caller
 * compares. A row that a repeated insert doubled comes twice in a row.
 */
export function readAll(range: LogRange): Statement {
  const order = range.backwards ? 'DESC' : 'ASC';
  const columns = ['recorded_at', 'aggregate_type', 'aggregate_id', 'sequence', 'event_id'];
  const { conditions, params } = matching(range);
  return {
    sql: `
SELECT ${EVENT_COLUMNS}
FROM events
WHERE ${conditions}
ORDER BY ${columns.map((column) => `${column} ${order}`).join(', ')}`,
    params,
    settings: { max_threads: 1, max_bytes_before_external_sort: SPILL_BYTES },
  };
}

/** How many settled events there are, each counted once, without regard to payload patterns. */
export function countAll(range: LogRange): Statement {
  const { conditions, params } = matching(range);
  return {
    sql: `
SELECT count() AS count
FROM (
  SELECT sequence
  FROM events
  WHERE ${conditions}
  GROUP BY tenant_id, aggregate_type, aggregate_id, sequence, event_id
)`,
    params,
    settings: { optimize_aggregation_in_order: 1, max_bytes_before_external_group_by: SPILL_BYTES },
  };
}

function matching({ tenantId, query, after, before, settleMs, ...times }: LogRange): {
  readonly conditions: string;
  readonly params: QueryParams;
} {
  const recorded = recordedWithin(times);
  const params: QueryParams = { tenantId, settleMs, ...recorded.params };
  const conditions = [
    'tenant_id = {tenantId:String}',
    NOT_RESERVED,
    // A position that was given has settled, whatever the clock of this server says.
    before ? bound('before', '<', before, params) : 'recorded_at < now64(3) - toIntervalMillisecond({settleMs:UInt64})',
    ...recorded.conditions,
    anyOf(query.map((criteria, index) => criteriaCondition(criteria, `q${index}`, params))),
    ...(after ? [bound('after', '>', after, params)] : []),
  ];
  return { conditions: conditions.join('\n  AND '), params };
}

function anyOf(conditions: readonly string[]): string {
  return conditions.length === 0 ? '0' : `(${conditions.join(' OR ')})`;
}

function criteriaCondition(
  { types, tags, aggregateType, aggregateId }: CheckedCriteria,
  name: string,
  params: QueryParams,
): string {
  const conditions = ['1'];
  const add = (part: string, value: unknown, condition: (param: string) => string): void => {
    params[`${name}_${part}`] = value;
    conditions.push(condition(`${name}_${part}`));
  };
  if (types) add('types', types, (param) => `has({${param}:Array(String)}, event_type)`);
  if (tags.length > 0) add('tags', tags, (param) => `hasAll(tags, {${param}:Array(String)})`);
  if (aggregateType !== undefined) add('type', aggregateType, (param) => `aggregate_type = {${param}:String}`);
  if (aggregateId !== undefined) add('id', aggregateId, (param) => `aggregate_id = {${param}:String}`);
  return `(${conditions.join(' AND ')})`;
}

/** The time alone once more, for the index of times. */
function bound(name: string, operator: '<' | '>', place: Place, params: QueryParams): string {
  params[`${name}Ms`] = Math.min(place.recordedMs, MAX_TIME_MS);
  params[`${name}Type`] = place.aggregateType;
  params[`${name}Id`] = place.aggregateId;
  params[`${name}Sequence`] = place.sequence;
  const time = `fromUnixTimestamp64Milli({${name}Ms:Int64}, 'UTC')`;
  return `recorded_at ${operator}= ${time}
  AND (recorded_at, toString(aggregate_type), aggregate_id, sequence)
    ${operator} (${time}, {${name}Type:String}, {${name}Id:String}, {${name}Sequence:UInt64})`;
}
