/** What every read of events selects; times as milliseconds since the epoch. The aliases are no columns of the table. */
export const EVENT_COLUMNS = `tenant_id, aggregate_type, aggregate_id, sequence, event_id, event_type, event_version,
  toUnixTimestamp64Milli(occurred_at) AS occurred_ms, toUnixTimestamp64Milli(recorded_at) AS recorded_ms,
  idempotency_key, tags, payload, metadata`;
