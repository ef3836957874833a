import { EVENT_COLUMNS } from './event-columns.js';
import { type KeySearch, keyCondition } from './key-search.js';
import type { Statement } from './statement.js';

/** The events of the appends with some keys, in order. */
export function readAppended(search: KeySearch): Statement {
  const { condition, params, settings } = keyCondition(search);
  return {
    sql: `
SELECT ${EVENT_COLUMNS}
FROM events
WHERE ${condition}
ORDER BY tenant_id, aggregate_type, aggregate_id, sequence, event_id
LIMIT 1 BY tenant_id, aggregate_type, aggregate_id, sequence, event_id`,
    params,
    settings,
  };
}
