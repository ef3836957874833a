/**
 * Claims, renews or releases a lease. Times are the server's. Zero rows are written when a newer epoch is open, except
 * for a release, which is always in order.
 *
 * Params: `epoch` UInt64, `leaseMs` UInt64 (0 releases), `clean` UInt8.
 */
export const WRITE_LEASE = `
INSERT INTO writer_lease (writer, epoch, renewal, renewed_at, expires_at, clean)
SELECT writer, {epoch:UInt64}, renewal, now64(3), now64(3) + toIntervalMillisecond({leaseMs:UInt64}), {clean:UInt8}
FROM input('writer String, renewal UInt64')
WHERE {leaseMs:UInt64} = 0 OR {epoch:UInt64} >= (SELECT max(epoch) FROM arbiter_epochs)
FORMAT JSONEachRow`;
