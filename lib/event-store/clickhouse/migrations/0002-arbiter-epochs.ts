import type { Migration } from '../../../clickhouse/migrations.js';

/** One row per life of an arbiter. Only inserts of the newest epoch are accepted. */
export const arbiterEpochs: Migration = {
  id: 2,
  name: 'arbiter_epochs',
  statements: (names) => [
    `CREATE TABLE IF NOT EXISTS ${names.table('arbiter_epochs')} (
      epoch UInt64,
      writer String,
      opened_at DateTime64(3, 'UTC')
    )
    ENGINE = ${names.engine('MergeTree')}
    ORDER BY epoch`,
  ],
};
