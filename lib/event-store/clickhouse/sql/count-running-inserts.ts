/** The time of the server, and how many inserts with a comment that begins with `prefix` it is running. */
export const COUNT_RUNNING_INSERTS = `
SELECT toUnixTimestamp64Milli(now64(3)) AS now_ms, countIf(startsWith(Settings['log_comment'], {prefix:String})) AS running
FROM system.processes`;
