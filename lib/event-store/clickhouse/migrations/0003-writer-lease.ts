import type { Migration } from '../../../clickhouse/migrations.js';

/** The leases of writers; of each writer the row with the highest renewal counts. */
export const writerLease: Migration = {
  id: 3,
  name: 'writer_lease',
  statements: (names) => [
    `CREATE TABLE IF NOT EXISTS ${names.table('writer_lease')} (
      epoch UInt64,
      writer String,
      renewal UInt64,
      renewed_at DateTime64(3, 'UTC'),
      expires_at DateTime64(3, 'UTC'),
      clean UInt8
    )
    ENGINE = ${names.engine('ReplacingMergeTree', 'renewal')}
    ORDER BY (epoch, writer)`,
  ],
};
