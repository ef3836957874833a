/** The newest epoch, and the time of the server in milliseconds since the epoch of Unix. */
export const READ_EPOCH = `
SELECT max(epoch) AS newest, toUnixTimestamp64Milli(now64(3)) AS now_ms
FROM arbiter_epochs`;
