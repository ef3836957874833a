/**
 * What the arbiter must know of some streams: the head of each, and of its last events, latest first, the keys of their
 * appends, with the sequences negative. Events without a key have the key ''. What retention has removed is a row of its
 * own.
 *
 * Params: `tenants`, `types`, `ids` Array(String) of equal length, one stream each; `maxEvents` UInt64 a stream.
 */
export const LOAD_STREAMS = `
SELECT tenant_id, aggregate_type, aggregate_id, max(sequence) AS head,
  toUnixTimestamp64Milli(max(recorded_at)) AS recorded_ms,
  groupArraySorted({maxEvents:UInt64})((-toInt64(sequence), idempotency_key)) AS latest
FROM events
WHERE (tenant_id, aggregate_type, aggregate_id)
  IN arrayZip({tenants:Array(String)}, {types:Array(String)}, {ids:Array(String)})
GROUP BY tenant_id, aggregate_type, aggregate_id
UNION ALL
SELECT tenant_id, aggregate_type, aggregate_id, max(head), toUnixTimestamp64Milli(max(recorded_at)), []
FROM emptied_streams
WHERE (tenant_id, aggregate_type, aggregate_id)
  IN arrayZip({tenants:Array(String)}, {types:Array(String)}, {ids:Array(String)})
GROUP BY tenant_id, aggregate_type, aggregate_id`;
