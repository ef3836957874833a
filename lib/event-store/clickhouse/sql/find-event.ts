/** Whether one row is in the log. Params: the columns of the sorting key. */
export const FIND_EVENT = `
SELECT count() AS found
FROM events
WHERE tenant_id = {tenant_id:String} AND aggregate_type = {aggregate_type:String} AND aggregate_id = {aggregate_id:String}
  AND sequence = {sequence:UInt64} AND event_id = {event_id:String}`;
