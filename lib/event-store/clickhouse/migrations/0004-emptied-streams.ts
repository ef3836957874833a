import type { Migration } from '../../../clickhouse/migrations.js';

/** The heads of streams whose events retention has removed; of each stream the highest counts. Nothing here expires. */
export const emptiedStreams: Migration = {
  id: 4,
  name: 'emptied_streams',
  statements: (names) => [
    `CREATE TABLE IF NOT EXISTS ${names.table('emptied_streams')} (
      tenant_id String CODEC(ZSTD(1)),
      aggregate_type LowCardinality(String),
      aggregate_id String CODEC(ZSTD(1)),
      head UInt64 CODEC(T64, ZSTD(1)),
      recorded_at DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
      emptied_at DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1))
    )
    ENGINE = ${names.engine('ReplacingMergeTree', 'head')}
    ORDER BY (tenant_id, aggregate_type, aggregate_id)
    SETTINGS index_granularity = 1024`,
  ],
};
