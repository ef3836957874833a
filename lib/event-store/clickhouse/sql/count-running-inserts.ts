/** The time of the server, and how many inserts of this database with a comment that begins with `prefix` it runs. */
export const COUNT_RUNNING_INSERTS = `
SELECT toUnixTimestamp64Milli(now64(3)) AS now_ms, countIf(startsWith(Settings['log_comment'], {prefix:String})) AS running
FROM system.processes
WHERE current_database = currentDatabase()`;
