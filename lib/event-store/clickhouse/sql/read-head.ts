/** The last sequence of one stream. Params: `tenantId`, `aggregateType`, `aggregateId`, String. */
export const READ_HEAD = `
SELECT max(sequence) AS head
FROM events
WHERE tenant_id = {tenantId:String} AND aggregate_type = {aggregateType:String} AND aggregate_id = {aggregateId:String}`;
