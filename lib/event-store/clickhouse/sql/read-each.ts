import { EVENT_COLUMNS } from './event-columns.js';

/**
 * The events at some places, in the order of the places.
 *
 * Params: `tenants`, `types`, `ids` Array(String) and `sequences` Array(UInt64) of equal length, one place each, none
 * twice.
 */
export const READ_EACH = `
SELECT ${EVENT_COLUMNS}
FROM events
WHERE (tenant_id, aggregate_type, aggregate_id, sequence)
  IN arrayZip({tenants:Array(String)}, {types:Array(String)}, {ids:Array(String)}, {sequences:Array(UInt64)})
ORDER BY indexOf(
  arrayZip({tenants:Array(String)}, {types:Array(String)}, {ids:Array(String)}, {sequences:Array(UInt64)}),
  (tenant_id, toString(aggregate_type), aggregate_id, sequence)), event_id
LIMIT 1 BY tenant_id, aggregate_type, aggregate_id, sequence, event_id`;
