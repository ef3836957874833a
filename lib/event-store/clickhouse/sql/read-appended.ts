import { EVENT_COLUMNS } from './event-columns.js';

/**
 * The events of some appends, found by stream and key.
 *
 * Params: `tenants`, `types`, `ids` Array(String) of equal length, one stream each; `keys` Array(String).
 */
export const READ_APPENDED = `
SELECT ${EVENT_COLUMNS}
FROM events
WHERE (tenant_id, aggregate_type, aggregate_id)
    IN arrayZip({tenants:Array(String)}, {types:Array(String)}, {ids:Array(String)})
  AND idempotency_key IN {keys:Array(String)}
ORDER BY tenant_id, aggregate_type, aggregate_id, sequence, event_id
LIMIT 1 BY tenant_id, aggregate_type, aggregate_id, sequence, event_id`;
