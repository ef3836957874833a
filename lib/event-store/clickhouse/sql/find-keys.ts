/**
 * Which keys some streams know, with the ranges of their appends.
 *
 * Params: `tenants`, `types`, `ids` Array(String) of equal length, one stream each; `keys` Array(String).
 */
export const FIND_KEYS = `
SELECT tenant_id, aggregate_type, aggregate_id, idempotency_key,
  min(sequence) AS first_sequence, max(sequence) AS last_sequence
FROM events
WHERE (tenant_id, aggregate_type, aggregate_id)
    IN arrayZip({tenants:Array(String)}, {types:Array(String)}, {ids:Array(String)})
  AND idempotency_key IN {keys:Array(String)}
GROUP BY tenant_id, aggregate_type, aggregate_id, idempotency_key`;
