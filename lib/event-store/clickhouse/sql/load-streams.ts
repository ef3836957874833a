/**
 * What the arbiter must know of some streams: per key the range of its append, latest first, so that the first row of
 * a stream holds its head. Events without a key count as the key '', and so does what retention has removed.
 *
 * Params: `tenants`, `types`, `ids` Array(String) of equal length, one stream each; `maxKeys` UInt64 rows a stream.
 */
export const LOAD_STREAMS = `
SELECT * FROM (
  SELECT tenant_id, aggregate_type, aggregate_id, idempotency_key,
    min(sequence) AS first_sequence, max(sequence) AS last_sequence,
    toUnixTimestamp64Milli(max(recorded_at)) AS recorded_ms
  FROM events
  WHERE (tenant_id, aggregate_type, aggregate_id)
    IN arrayZip({tenants:Array(String)}, {types:Array(String)}, {ids:Array(String)})
  GROUP BY tenant_id, aggregate_type, aggregate_id, idempotency_key
  UNION ALL
  SELECT tenant_id, aggregate_type, aggregate_id, '', 0, max(head), toUnixTimestamp64Milli(max(recorded_at))
  FROM emptied_streams
  WHERE (tenant_id, aggregate_type, aggregate_id)
    IN arrayZip({tenants:Array(String)}, {types:Array(String)}, {ids:Array(String)})
  GROUP BY tenant_id, aggregate_type, aggregate_id
)
ORDER BY tenant_id, aggregate_type, aggregate_id, last_sequence DESC
LIMIT {maxKeys:UInt64} BY tenant_id, aggregate_type, aggregate_id`;
