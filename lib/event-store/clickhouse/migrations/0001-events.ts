import type { Migration } from '../../../clickhouse/migrations.js';

/** Inserts whose tokens the table remembers. A repeat comes within seconds, so this is ample. */
const REMEMBERED_INSERTS = 10_000;

/**
 * The log. Rows that a repeated insert doubled are equal and merge into one. `event_id` ends the sorting key, so that
 * two different events could never merge into one, whatever went wrong. Small granules because most reads are of one
 * small stream; no partitions because every one of them costs each read a millisecond.
 */
export const events: Migration = {
  id: 1,
  name: 'events',
  statements: (names) => [
    `CREATE TABLE IF NOT EXISTS ${names.table('events')} (
      tenant_id String CODEC(ZSTD(1)),
      aggregate_type LowCardinality(String),
      aggregate_id String CODEC(ZSTD(1)),
      sequence UInt64 CODEC(Delta(8), ZSTD(1)),
      event_id String CODEC(ZSTD(1)),
      event_type LowCardinality(String),
      event_version UInt32 CODEC(T64, ZSTD(1)),
      occurred_at DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
      recorded_at DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
      idempotency_key String CODEC(ZSTD(1)),
      tags Array(String) CODEC(ZSTD(1)),
      payload String CODEC(ZSTD(3)),
      metadata String CODEC(ZSTD(3)),
      epoch UInt64 CODEC(Delta(8), ZSTD(1)),
      INDEX by_event_id event_id TYPE bloom_filter(0.001) GRANULARITY 1,
      INDEX by_idempotency_key idempotency_key TYPE bloom_filter(0.001) GRANULARITY 1,
      INDEX by_recorded_at recorded_at TYPE minmax GRANULARITY 1
    )
    ENGINE = ${names.engine('ReplacingMergeTree')}
    ORDER BY (tenant_id, aggregate_type, aggregate_id, sequence, event_id)
    SETTINGS index_granularity = 1024, ${names.deduplicationWindow(REMEMBERED_INSERTS)}`,
  ],
};
