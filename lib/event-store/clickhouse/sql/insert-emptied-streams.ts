/**
 * Keeps the heads of streams that are about to be emptied. Zero rows are written when a newer epoch is open.
 *
 * Params: `epoch` UInt64.
 */
export const INSERT_EMPTIED_STREAMS = `
INSERT INTO emptied_streams (tenant_id, aggregate_type, aggregate_id, head, recorded_at, emptied_at)
SELECT tenant_id, aggregate_type, aggregate_id, head, fromUnixTimestamp64Milli(recorded_ms, 'UTC'), now64(3)
FROM input('tenant_id String, aggregate_type String, aggregate_id String, head UInt64, recorded_ms Int64')
WHERE {epoch:UInt64} = (SELECT max(epoch) FROM arbiter_epochs)
FORMAT JSONEachRow`;
