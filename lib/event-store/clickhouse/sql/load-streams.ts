/**
 * What the arbiter must know of some streams: per key the range of its append, latest first, so that the first row of
 * a stream holds its head. Events without a key count as the key ''.
 *
 * Params: `tenants`, `types`, `ids` Array(String) of equal length, one stream each; `maxKeys` UInt64 rows a stream.
 */
export const LOAD_STREAMS = `
SELECT tenant_id, aggregate_type, aggregate_id, idempotency_key,
  min(sequence) AS first_sequence, max(sequence) AS last_sequence,
  toUnixTimestamp64Milli(max(recorded_at)) AS recorded_ms
FROM events
WHERE (tenant_id, aggregate_type, aggregate_id)
  IN arrayZip({tenants:Array(String)}, {types:Array(String)}, {ids:Array(String)})
GROUP BY tenant_id, aggregate_type, aggregate_id, idempotency_key
ORDER BY tenant_id, aggregate_type, aggregate_id, last_sequence DESC
LIMIT {maxKeys:UInt64} BY tenant_id, aggregate_type, aggregate_id`;
