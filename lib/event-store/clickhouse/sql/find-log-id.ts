/** What tells this log from every other one: the server's own number of its table. */
export const FIND_LOG_ID = `
SELECT toString(uuid) AS id
FROM system.tables
WHERE database = currentDatabase() AND name = 'events'`;
