import type { Migration } from '../../../../clickhouse/migrations.js';

/** The key ends with the event, so that a repeated append of it merges into one row and no two events ever do. */
export const PROJECTION_RECORDS: Migration = {
  id: 2,
  name: 'projection records',
  statements: ({ table, engine }) => [
    `CREATE TABLE IF NOT EXISTS ${table('projection_records')}
(
  tenant_id String CODEC(ZSTD(1)),
  projection_name String CODEC(ZSTD(1)),
  version UInt32 CODEC(ZSTD(1)),
  aggregate_id String CODEC(ZSTD(1)),
  sequence UInt64 CODEC(Delta(8), ZSTD(1)),
  event_id String CODEC(ZSTD(1)),
  recorded_at DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
  record String CODEC(ZSTD(1))
)
ENGINE = ${engine('ReplacingMergeTree')}
ORDER BY (tenant_id, projection_name, version, aggregate_id, sequence, event_id)
SETTINGS index_granularity = 1024`,
  ],
};
