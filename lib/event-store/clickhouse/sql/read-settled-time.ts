/** The time before which no event will be recorded any more, in milliseconds since the epoch. Params: `settleMs` UInt64. */
export const READ_SETTLED_TIME = `
SELECT toUnixTimestamp64Milli(now64(3) - toIntervalMillisecond({settleMs:UInt64})) AS settled_ms`;
