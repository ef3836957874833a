import type { Migration } from '../../../../clickhouse/migrations.js';

/** One row for each save until a merge leaves the one with the highest sequence. */
export const PROJECTION_ROWS: Migration = {
  id: 1,
  name: 'projection rows',
  statements: ({ table, engine }) => [
    `CREATE TABLE IF NOT EXISTS ${table('projection_rows')}
(
  tenant_id String CODEC(ZSTD(1)),
  projection_name String CODEC(ZSTD(1)),
  version UInt32 CODEC(ZSTD(1)),
  id String CODEC(ZSTD(1)),
  sequence UInt64 CODEC(ZSTD(1)),
  updated_at DateTime64(3, 'UTC') CODEC(ZSTD(1)),
  state String CODEC(ZSTD(1)),
  search_text String COMMENT 'the state as JSON functions can read it; empty where they can read the state itself' CODEC(ZSTD(1))
)
ENGINE = ${engine('ReplacingMergeTree', 'sequence')}
ORDER BY (tenant_id, projection_name, version, id)
SETTINGS index_granularity = 256`,
  ],
};
