import type { Migration } from '../../../postgres/migrations.js';

/** Part of a page that inserts leave free for updated versions of its rows, which then touch no index. */
const STREAMS_FILLFACTOR = 80;

/**
 * The log, the head of every stream, and which streams nobody has dispatched yet. The events of a stream up to
 * `emptied_head` were removed by retention.
 *
 * `payload` is the truth; `document` holds the same for content queries, in the encoding of `toSearchJson`, together
 * with the tags and inside a property that is named as the tenant: the index hashes paths together with values, so no
 * entry of it is shared by tenants. The first row of an append with a key carries the key and the last sequence of the
 * append.
 *
 * The log as a whole is ordered by (`transaction`, `position`): what is below the oldest running transaction has no
 * gaps to come. `transaction` is the id that the cluster gave, plus `log_origin.xid_offset`: see `adoptLog`. Text is
 * ordered by its bytes, as on every store.
 */
export const events: Migration = {
  id: 1,
  name: 'events',
  statements: (names) => [
    `CREATE TABLE ${names.of('events')} (
      position bigint GENERATED ALWAYS AS IDENTITY,
      transaction bigint NOT NULL,
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
      tags text NOT NULL,
      metadata text NOT NULL,
      payload text NOT NULL,
      document jsonb NOT NULL,
      PRIMARY KEY (tenant_id, aggregate_type, aggregate_id, sequence)
    )`,
    `CREATE UNIQUE INDEX events_by_key ON ${names.of('events')} (tenant_id, aggregate_type, aggregate_id, idempotency_key)
      WHERE idempotency_key IS NOT NULL`,
    `CREATE INDEX events_by_place ON ${names.of('events')} (tenant_id, transaction, position)`,
    `CREATE INDEX events_by_type ON ${names.of('events')} (tenant_id, event_type, transaction, position)`,
    `CREATE INDEX events_by_content ON ${names.of('events')} USING gin (document jsonb_path_ops)
      WITH (fastupdate = off)`,
    `CREATE TABLE ${names.of('streams')} (
      head bigint NOT NULL,
      emptied_head bigint NOT NULL DEFAULT 0,
      recorded_at timestamptz(3) NOT NULL,
      aggregate_type text COLLATE "C" NOT NULL,
      tenant_id text COLLATE "C" NOT NULL,
      aggregate_id text COLLATE "C" NOT NULL,
      PRIMARY KEY (aggregate_type, tenant_id, aggregate_id)
    ) WITH (fillfactor = ${STREAMS_FILLFACTOR})`,
    `CREATE TABLE ${names.of('undispatched')} (
      first_sequence bigint NOT NULL,
      last_sequence bigint NOT NULL,
      since timestamptz(3) NOT NULL,
      tenant_id text COLLATE "C" NOT NULL,
      aggregate_type text COLLATE "C" NOT NULL,
      aggregate_id text COLLATE "C" NOT NULL,
      PRIMARY KEY (tenant_id, aggregate_type, aggregate_id)
    )`,
    `CREATE INDEX undispatched_by_time ON ${names.of('undispatched')} (since)`,
    `CREATE TABLE ${names.of('log_origin')} (
      singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
      cluster text NOT NULL,
      xid_offset bigint NOT NULL
    )`,
    `INSERT INTO ${names.of('log_origin')} (cluster, xid_offset) VALUES ('', 0)`,
  ],
};
