import type { Migration } from '../../../postgres/migrations.js';
import { BUCKETS } from '../lock-keys.js';
import { LOOK_AHEAD } from './0004-look-ahead.js';

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
 * A row of `streams` is made only by an append that then succeeds, so a refused one leaves nothing behind. The time is
 * the server's, and never falls within a stream.
 */
export const appendEvents: Migration = {
  id: 5,
  name: 'append_events',
  statements: (names) => [
    `CREATE FUNCTION ${names.of('append_events')}(
      p_tenant text, p_lock_class int, p_locks int[], p_key text,
      p_patterns jsonb, p_by_content boolean, p_after_transaction bigint, p_after_position bigint, p_streams json, p_events json
    ) RETURNS TABLE (outcome text, n int, first_in bigint, last_in bigint, recorded_ms bigint)
    LANGUAGE plpgsql AS $body$
    DECLARE
      v_heads bigint[] := '{}';
      v_times timestamptz[] := '{}';
      v_known int := 0;
      v_stream record;
      v_head bigint;
      v_recorded timestamptz;
      v_transaction bigint;
      v_now timestamptz;
      v_patterns jsonb[];
      v_looked_at bigint;
      v_place bigint[];
    BEGIN
      PERFORM CASE WHEN l BETWEEN 0 AND ${BUCKETS - 1} THEN pg_advisory_xact_lock_shared(p_lock_class, l)
        ELSE pg_advisory_xact_lock(p_lock_class, CASE WHEN l < 0 THEN l ELSE l - ${BUCKETS} END) END
        FROM unnest(p_locks) AS l;

      FOR v_stream IN SELECT s.* FROM json_to_recordset(p_streams) AS s(n int, type text, id text) LOOP
        SELECT s.head, s.recorded_at INTO v_head, v_recorded FROM ${names.of('streams')} s
          WHERE s.aggregate_type = v_stream.type AND s.tenant_id = p_tenant AND s.aggregate_id = v_stream.id
          FOR UPDATE;
        v_heads[v_stream.n] := coalesce(v_head, 0);
        v_times[v_stream.n] := coalesce(v_recorded, '-infinity');
        IF p_key IS NOT NULL AND v_head > 0 AND EXISTS (
          SELECT FROM ${names.of('events')} e
          WHERE e.tenant_id = p_tenant AND e.aggregate_type = v_stream.type AND e.aggregate_id = v_stream.id
            AND e.idempotency_key = p_key
        ) THEN
          v_known := v_known + 1;
        END IF;
      END LOOP;
      IF v_known > 0 THEN
        outcome := CASE v_known WHEN json_array_length(p_streams) THEN 'repeated' ELSE 'key-of-another' END;
        last_in := v_known;
        RETURN NEXT;
        RETURN;
      END IF;

      SELECT 'conflict', s.n, v_heads[s.n] INTO outcome, n, last_in
        FROM json_to_recordset(p_streams) AS s(n int, expected text)
        WHERE NOT (CASE s.expected
          WHEN 'any' THEN true
          WHEN 'no-stream' THEN v_heads[s.n] = 0
          WHEN 'stream-exists' THEN v_heads[s.n] > 0
          ELSE s.expected::bigint = v_heads[s.n]
        END)
        ORDER BY s.n LIMIT 1;
      IF FOUND THEN
        RETURN NEXT;
        RETURN;
      END IF;

      IF p_patterns IS NOT NULL THEN
        v_patterns := ARRAY(SELECT jsonb_array_elements(p_patterns));
        SELECT l.looked_at, l.matched INTO v_looked_at, v_place
          FROM ${names.of('look_ahead')}(p_tenant, v_patterns, p_after_transaction, p_after_position) l;
        IF v_place IS NULL AND v_looked_at = ${LOOK_AHEAD} THEN
          -- The last of all matches, not any: who asks for any is given a plan that hopes to meet one soon. Planned anew
          -- for each call, since types may be rare or not; where tags or payloads are named, the sums hide the index of
          -- places, so that the one of contents is taken however little is known of the table.
          EXECUTE CASE WHEN p_by_content
            THEN 'SELECT max(ARRAY[e.transaction, e.position]) FROM ${names.of('events')} e
              WHERE e.document @> ANY ($1) AND (e.transaction + 0, e.position + 0) > ($3, $4)'
            ELSE 'SELECT max(ARRAY[e.transaction, e.position]) FROM ${names.of('events')} e
              WHERE e.document @> ANY ($1) AND e.tenant_id = $2 AND (e.transaction, e.position) > ($3, $4)' END
            INTO v_place USING v_patterns, p_tenant, p_after_transaction, p_after_position;
        END IF;
        IF v_place IS NOT NULL THEN
          outcome := 'matched';
          first_in := v_place[1];
          last_in := v_place[2];
          RETURN NEXT;
          RETURN;
        END IF;
      END IF;

      SELECT o.xid_offset + pg_current_xact_id()::text::bigint INTO v_transaction FROM ${names.of('log_origin')} o;
      v_now := date_trunc('milliseconds', clock_timestamp());
      INSERT INTO ${names.of('events')} (
        tenant_id, aggregate_type, aggregate_id, sequence, event_id, event_type, event_version, transaction,
        occurred_at, recorded_at, idempotency_key, key_last_sequence, tags, metadata, payload, document
      )
      SELECT p_tenant, s.type, s.id, v_heads[s.n] + r.n, r.id, r.type, r.version, v_transaction,
        timestamptz 'epoch' + r.occurred * interval '1 millisecond',
        coalesce(timestamptz 'epoch' + r.recorded * interval '1 millisecond', greatest(v_now, v_times[s.n])),
        coalesce(r.key, CASE r.n WHEN 1 THEN p_key END),
        coalesce(r.key_last, CASE WHEN r.n = 1 AND p_key IS NOT NULL THEN v_heads[s.n] + s.count END),
        r.tags, r.metadata, r.payload,
        jsonb_build_object(p_tenant, jsonb_build_object('aggregateType', s.type, 'aggregateId', s.id, 'type', r.type,
          'tags', r.tags::jsonb, 'payload', coalesce(r.document, r.payload)::jsonb))
      FROM json_to_recordset(p_events) AS r(
        s int, n bigint, id uuid, type text, version bigint, occurred bigint, recorded bigint, key text, key_last bigint,
        tags text, metadata text, payload text, document text
      )
      JOIN json_to_recordset(p_streams) AS s(n int, type text, id text, count bigint) ON s.n = r.s
      ORDER BY r.s, r.n;

      FOR v_stream IN
        SELECT s.* FROM json_to_recordset(p_streams) AS s(n int, type text, id text, count bigint, recorded bigint)
      LOOP
        n := v_stream.n;
        first_in := v_heads[n] + 1;
        last_in := v_heads[n] + v_stream.count;
        v_recorded := greatest(
          coalesce(timestamptz 'epoch' + v_stream.recorded * interval '1 millisecond', v_now), v_times[n]
        );
        UPDATE ${names.of('streams')} s SET head = last_in, recorded_at = v_recorded
          WHERE s.aggregate_type = v_stream.type AND s.tenant_id = p_tenant AND s.aggregate_id = v_stream.id;
        IF NOT FOUND THEN
          INSERT INTO ${names.of('streams')} (aggregate_type, tenant_id, aggregate_id, head, recorded_at)
            VALUES (v_stream.type, p_tenant, v_stream.id, last_in, v_recorded);
        END IF;
        IF v_stream.recorded IS NULL THEN
          INSERT INTO ${names.of('undispatched')} AS u
            (tenant_id, aggregate_type, aggregate_id, first_sequence, last_sequence, since)
            VALUES (p_tenant, v_stream.type, v_stream.id, first_in, last_in, v_now)
            ON CONFLICT (tenant_id, aggregate_type, aggregate_id) DO UPDATE SET last_sequence = excluded.last_sequence;
        END IF;
        outcome := 'appended';
        recorded_ms := (extract(epoch FROM v_recorded) * 1000)::bigint;
        RETURN NEXT;
      END LOOP;
    END
    $body$`,
  ],
};
