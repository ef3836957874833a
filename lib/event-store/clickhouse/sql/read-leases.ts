/** The latest row of the latest leases, newest epoch first, and the time of the server. */
export const READ_LEASES = `
SELECT writer, epoch,
  toUnixTimestamp64Milli(argMax(expires_at, renewal)) AS expires_ms,
  argMax(clean, renewal) AS ended_clean,
  toUnixTimestamp64Milli(now64(3)) AS now_ms
FROM writer_lease
GROUP BY epoch, writer
ORDER BY epoch DESC
LIMIT 100`;
