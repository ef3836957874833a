import type { Migration } from '../../../postgres/migrations.js';

/** Part of a page that inserts leave free for updated versions of its rows, which then touch no index. */
const STREAMS_FILLFACTOR = 80;

/**
 * The log, and the head of every stream; the events up to `emptied_head` were removed by retention.
 *
 * `payload` is the truth; `document` is the same for content queries, in the encoding of `toSearchJson`, NULL where it
 * is nested too deeply for `jsonb`. The first row of an append with a key carries the key and the last sequence of the
 * append. `position` and `transaction_id` order the log as a whole: what is visible below the oldest running
 * transaction has no gaps to come. Text is ordered by its bytes, as on every store.
 */
export const events: Migration = {
  id: 1,
  name: 'events',
  statements: (names) => [
    `CREATE TABLE ${names.of('events')} (
      position bigint GENERATED ALWAYS AS IDENTITY,
      transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id(),
      sequence bigint NOT NULL CHECK (sequence > 0),
      key_last_sequence bigint,
      event_version bigint NOT NULL,
      occurred_at timestamptz(3) NOT NULL,
      recorded_at timestamptz(3) NOT NULL,
      event_id uuid NOT NULL,
      tenant_id text COLLATE "C" NOT NULL,
      aggregate_type text COLLATE "C" NOT NULL,
      aggregate_id text COLLATE "C" NOT NULL,
      event_type text COLLATE "C" NOT NULL,
      idempotency_key text COLLATE "C",
      metadata text NOT NULL,
      payload text NOT NULL,
      document jsonb,
      PRIMARY KEY (tenant_id, aggregate_type, aggregate_id, sequence)
    )`,
    `CREATE UNIQUE INDEX events_by_key ON ${names.of('events')} (tenant_id, aggregate_type, aggregate_id, idempotency_key)
      WHERE idempotency_key IS NOT NULL`,
    `CREATE UNIQUE INDEX events_by_position ON ${names.of('events')} (position)`,
    `CREATE TABLE ${names.of('streams')} (
      head bigint NOT NULL,
      emptied_head bigint NOT NULL DEFAULT 0,
      recorded_at timestamptz(3) NOT NULL,
      aggregate_type text COLLATE "C" NOT NULL,
      tenant_id text COLLATE "C" NOT NULL,
      aggregate_id text COLLATE "C" NOT NULL,
      PRIMARY KEY (aggregate_type, tenant_id, aggregate_id)
    ) WITH (fillfactor = ${STREAMS_FILLFACTOR})`,
  ],
};
