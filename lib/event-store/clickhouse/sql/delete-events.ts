/**
 * Removes the events of some streams of a tenant, but none that came after `before`: one that another process appended
 * meanwhile stays.
 *
 * Params: `tenantId` String; `types`, `ids` Array(String) of equal length, one stream each; `before` Int64.
 */
export const DELETE_EVENTS_OF_STREAMS = `
DELETE FROM events
WHERE tenant_id = {tenantId:String}
  AND (aggregate_type, aggregate_id) IN arrayZip({types:Array(String)}, {ids:Array(String)})
  AND recorded_at < fromUnixTimestamp64Milli({before:Int64})`;

/** What `DELETE_EVENTS_OF_STREAMS` is about to remove. The same params. */
export const COUNT_EVENTS_OF_STREAMS = `
SELECT uniqExact(aggregate_type, aggregate_id, sequence, event_id) AS events_counted
FROM events
WHERE tenant_id = {tenantId:String}
  AND (aggregate_type, aggregate_id) IN arrayZip({types:Array(String)}, {ids:Array(String)})
  AND recorded_at < fromUnixTimestamp64Milli({before:Int64})`;

/** Params: `tenantId` String. */
export const DELETE_EVENTS_OF_TENANT = `DELETE FROM events WHERE tenant_id = {tenantId:String}`;

/** Params: `tenantId` String. */
export const DELETE_EMPTIED_STREAMS_OF_TENANT = `DELETE FROM emptied_streams WHERE tenant_id = {tenantId:String}`;

/** Params: `aggregateType` String. */
export const DELETE_EVENTS_OF_TYPE = `DELETE FROM events WHERE aggregate_type = {aggregateType:String}`;

/** What is kept of an aggregate type. Params: `aggregateType` String. */
export const COUNT_TYPE = `
SELECT uniqExact(tenant_id, aggregate_id, sequence, event_id) AS events_counted,
  uniqExact(tenant_id, aggregate_id) AS streams_counted
FROM events
WHERE aggregate_type = {aggregateType:String}`;

/** What is kept of a tenant: events, and streams with events or a head. Params: `tenantId` String. */
export const COUNT_TENANT = `
SELECT
  (SELECT uniqExact(aggregate_type, aggregate_id, sequence, event_id) FROM events
    WHERE tenant_id = {tenantId:String}) AS events_counted,
  (SELECT uniqExact(aggregate_type, aggregate_id) FROM (
    SELECT aggregate_type, aggregate_id FROM events WHERE tenant_id = {tenantId:String}
    UNION ALL
    SELECT aggregate_type, aggregate_id FROM emptied_streams WHERE tenant_id = {tenantId:String}
  )) AS streams_counted`;
