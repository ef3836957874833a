import type { CheckedReadOptions } from '../../check-read-options.js';
import type { StreamId } from '../../stream-id.js';
import { EVENT_COLUMNS } from './event-columns.js';
import { recordedWithin } from './recorded-within.js';
import type { Statement } from './statement.js';

/**
 * The events of one stream. A repeated insert may leave the same row twice until the next merge, so rows are made
 * distinct here, by the sorting key, which the server does while it streams. Never FINAL: it reads far more.
 */
export function readStream(stream: StreamId, options: CheckedReadOptions): Statement {
  const { from, to, types, backwards, limit } = options;
  const recorded = recordedWithin(options);
  const order = backwards ? 'DESC' : 'ASC';
  return {
    sql: `
SELECT ${EVENT_COLUMNS}
FROM events
WHERE tenant_id = {tenantId:String} AND aggregate_type = {aggregateType:String} AND aggregate_id = {aggregateId:String}
  AND sequence BETWEEN {from:UInt64} AND {to:UInt64}
  ${recorded.conditions.map((condition) => `AND ${condition}`).join(' ')}
  ${types === undefined ? '' : 'AND has({types:Array(String)}, event_type)'}
ORDER BY sequence ${order}, event_id ${order}
LIMIT 1 BY sequence, event_id
${limit === undefined ? '' : 'LIMIT {limit:UInt64}'}`,
    params: {
      ...stream,
      from,
      to,
      ...recorded.params,
      ...(types === undefined ? {} : { types }),
      ...(limit === undefined ? {} : { limit }),
    },
    settings: { max_threads: 1, optimize_read_in_order: 1 },
  };
}
