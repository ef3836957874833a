/**
 * The last sequence of one stream, also where retention has removed its events. Params: `tenantId`, `aggregateType`,
 * `aggregateId`, String.
 */
export const READ_HEAD = `
SELECT greatest(
  (SELECT max(sequence) FROM events
    WHERE tenant_id = {tenantId:String} AND aggregate_type = {aggregateType:String} AND aggregate_id = {aggregateId:String}),
  (SELECT max(head) FROM emptied_streams
    WHERE tenant_id = {tenantId:String} AND aggregate_type = {aggregateType:String} AND aggregate_id = {aggregateId:String})
) AS last_sequence`;
