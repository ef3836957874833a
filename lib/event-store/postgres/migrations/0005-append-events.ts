import type { Migration } from '../../../postgres/migrations.js';
import type { SchemaNames } from '../../../postgres/schema-names.js';
import { BUCKETS } from '../lock-keys.js';

/**
 * One append, to one or several streams of a tenant, in one round trip.
 *
 * First of all it takes its advisory locks, in the order given, which is the same ascending one for all: that of each
 * of its streams, and the shared or exclusive ones of the contexts that it writes to or depends on (`lockKeys`). The
 * transaction has no number before it has them all. So of two appends to one stream, or of two of which one has a
 * condition that the other's events can match, the one that comes later sees everything that the first has committed
 * (each statement of a function has a snapshot of its own in READ COMMITTED) and has the higher number; and the order
 * of the log is an order in which the appends can be said to have taken place.
 *
 * Answers with a row a stream, by its number `n`, or with a single row:
 * - `appended`: the events have the sequences `first_in` to `last_in`;
 * - `repeated`: all streams know the key; nothing was written;
 * - `key-of-another`: `last_in` of the streams, but not all, know the key; nothing was written;
 * - `conflict`: the stream stands at `last_in`, not as expected; nothing was written;
 * - `matched`: an event that the condition excludes stands at the place (`first_in`, `last_in`); nothing was written.
 *
 * Events that come from another log bring their time and their keys along (`restoredColumns`), and are not noted as
 * undispatched.
 *
 * Streams are named by arrays: a NULL in `p_expected` expects nothing, -1 that the stream has events. Maintenance, which
 * removes and restores rows of `streams`, holds no advisory lock: an append whose row is gone, or there against what it
 * has read, fails as transient. `p_order` is the order in which rows are written, the same for all, so that appends to
 * several streams do not deadlock with those who strike off what was dispatched. Positions follow the order of
 * `p_events`, in which the insert takes them.
 *
 * A row of `streams` is made only by an append that then succeeds, so a refused one leaves nothing behind. The time is
 * the server's, and never falls within a stream.
 *
 * The settings let each session plan once, and well, when the tables are still empty.
 */
export const appendEvents: Migration = {
  id: 5,
  name: 'append_events',
  statements: (names) => [
    appendEventsFunction(names, {
      create: 'CREATE FUNCTION',
      document: ENVELOPED_DOCUMENT,
    }),
  ],
};

/** What `document` holds: the tags and the payload inside a property named as the tenant. */
export const ENVELOPED_DOCUMENT = `(v_envelope || r.tags || ',"payload":' || coalesce(r.document, r.payload) || '}}')::jsonb`;

/** In which the function has changed since. */
export interface AppendEventsVariant {
  readonly create: string;
  /** What content queries look into, of row `r`. */
  readonly document: string;
}

export function appendEventsFunction(names: SchemaNames, { create, document }: AppendEventsVariant): string {
  return `${create} ${names.of('append_events')}(
      p_tenant text, p_lock_class int, p_locks int[], p_key text,
      p_documents jsonb[], p_by_content boolean[], p_event_types jsonb[], p_aggregate_types text[], p_aggregate_ids text[],
      p_after_transaction bigint, p_after_position bigint,
      p_order int[], p_types text[], p_ids text[], p_expected bigint[], p_counts int[], p_restored bigint[],
      p_events json
    ) RETURNS TABLE (outcome text, n int, first_in bigint, last_in bigint, recorded_ms bigint)
    LANGUAGE plpgsql
    SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off
    AS $body$
    DECLARE
      v_streams int := cardinality(p_order);
      v_heads bigint[] := '{}';
      v_times timestamptz[] := '{}';
      v_known int := 0;
      v_head bigint;
      v_recorded timestamptz;
      v_now timestamptz;
      v_place bigint[];
      v_envelope text;
    BEGIN
      PERFORM CASE WHEN l BETWEEN 0 AND ${BUCKETS - 1} THEN pg_advisory_xact_lock_shared(p_lock_class, l)
        ELSE pg_advisory_xact_lock(p_lock_class, CASE WHEN l < 0 THEN l ELSE l - ${BUCKETS} END) END
        FROM unnest(p_locks) AS l;

      FOR i IN 1..v_streams LOOP
        SELECT s.head, s.recorded_at INTO v_head, v_recorded FROM ${names.of('streams')} s
          WHERE s.aggregate_type = p_types[i] AND s.tenant_id = p_tenant AND s.aggregate_id = p_ids[i];
        v_heads[i] := coalesce(v_head, 0);
        v_times[i] := coalesce(v_recorded, '-infinity');
        IF p_key IS NOT NULL AND v_head > 0 THEN
          PERFORM FROM ${names.of('events')} e
            WHERE e.tenant_id = p_tenant AND e.aggregate_type = p_types[i] AND e.aggregate_id = p_ids[i]
              AND e.idempotency_key = p_key;
          IF FOUND THEN
            v_known := v_known + 1;
          END IF;
        END IF;
      END LOOP;
      IF v_known > 0 THEN
        outcome := CASE v_known WHEN v_streams THEN 'repeated' ELSE 'key-of-another' END;
        last_in := v_known;
        RETURN NEXT;
        RETURN;
      END IF;

      FOR i IN 1..v_streams LOOP
        IF (CASE p_expected[i] WHEN -1 THEN v_heads[i] = 0 ELSE v_heads[i] <> p_expected[i] END) THEN
          outcome := 'conflict';
          n := i;
          last_in := v_heads[i];
          RETURN NEXT;
          RETURN;
        END IF;
      END LOOP;

      FOR i IN 1..cardinality(p_documents) LOOP
        v_place := ${names.of('last_match')}(p_tenant, p_documents[i], p_by_content[i], p_event_types[i],
          p_aggregate_types[i], p_aggregate_ids[i], p_after_transaction, p_after_position);
        IF v_place IS NOT NULL THEN
          outcome := 'matched';
          first_in := v_place[1];
          last_in := v_place[2];
          RETURN NEXT;
          RETURN;
        END IF;
      END LOOP;

      v_now := date_trunc('milliseconds', clock_timestamp());
      FOREACH n IN ARRAY p_order LOOP
        v_recorded := greatest(coalesce(timestamptz 'epoch' + p_restored[n] * interval '1 millisecond', v_now), v_times[n]);
        IF v_heads[n] > 0 THEN
          UPDATE ${names.of('streams')} s SET head = s.head + p_counts[n], recorded_at = v_recorded
            WHERE s.aggregate_type = p_types[n] AND s.tenant_id = p_tenant AND s.aggregate_id = p_ids[n];
        ELSE
          INSERT INTO ${names.of('streams')} (aggregate_type, tenant_id, aggregate_id, head, recorded_at)
            VALUES (p_types[n], p_tenant, p_ids[n], p_counts[n], v_recorded)
            ON CONFLICT DO NOTHING;
        END IF;
        IF NOT FOUND THEN
          RAISE EXCEPTION 'the stream was removed or restored at the same time' USING ERRCODE = 'serialization_failure';
        END IF;
        IF p_restored[n] IS NULL THEN
          INSERT INTO ${names.of('undispatched')} AS u
            (tenant_id, aggregate_type, aggregate_id, first_sequence, last_sequence, since)
            VALUES (p_tenant, p_types[n], p_ids[n], v_heads[n] + 1, v_heads[n] + p_counts[n], v_now)
            ON CONFLICT (tenant_id, aggregate_type, aggregate_id) DO UPDATE SET last_sequence = excluded.last_sequence;
        END IF;
        outcome := 'appended';
        first_in := v_heads[n] + 1;
        last_in := v_heads[n] + p_counts[n];
        recorded_ms := (extract(epoch FROM v_recorded) * 1000)::bigint;
        RETURN NEXT;
      END LOOP;

      v_envelope := '{' || to_json(p_tenant) || ':{"tags":';
      INSERT INTO ${names.of('events')} (
        tenant_id, aggregate_type, aggregate_id, sequence, event_id, event_type, event_version, transaction,
        occurred_at, recorded_at, idempotency_key, key_last_sequence, tags, metadata, payload, document
      )
      SELECT p_tenant, p_types[r.s], p_ids[r.s], v_heads[r.s] + r.n, r.id, r.type, r.version,
        (SELECT o.xid_offset FROM ${names.of('log_origin')} o WHERE o.singleton) + pg_current_xact_id()::text::bigint,
        timestamptz 'epoch' + r.occurred * interval '1 millisecond',
        coalesce(timestamptz 'epoch' + r.recorded * interval '1 millisecond', greatest(v_now, v_times[r.s])),
        coalesce(r.key, CASE r.n WHEN 1 THEN p_key END),
        coalesce(r.key_last, CASE WHEN r.n = 1 AND p_key IS NOT NULL THEN v_heads[r.s] + p_counts[r.s] END),
        r.tags, r.metadata, r.payload,
        ${document}
      FROM json_to_recordset(p_events) AS r(
        s int, n bigint, id uuid, type text, version bigint, occurred bigint, recorded bigint, key text, key_last bigint,
        tags text, metadata text, payload text, document text
      );
    END
    $body$`;
}
