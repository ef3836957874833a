import type { Migration } from '../../../postgres/migrations.js';

/**
 * One append in one round trip. The row of the stream in `streams` is its lock: whoever holds it sees everything that
 * others have committed to the stream (each statement of a function has a snapshot of its own in READ COMMITTED; in
 * stricter isolation the lock fails with 40001 instead), so of many writers one at a time compares and writes.
 *
 * Answers with an outcome:
 * - `appended`: the events have the sequences `first_in` to `last_in`;
 * - `repeated`: the key is known; its append has these sequences, nothing was written;
 * - `conflict`: the stream stands at `last_in`, not as expected; nothing was written.
 *
 * A row of `streams` is made only by an append that then succeeds, so a refused one leaves nothing behind. The time is
 * the server's, and never falls within a stream.
 */
export const appendEvents: Migration = {
  id: 3,
  name: 'append_events',
  statements: (names) => [
    `CREATE FUNCTION ${names.of('append_events')}(
      p_tenant text, p_type text, p_id text, p_expected text, p_key text, p_events json,
      OUT outcome text, OUT first_in bigint, OUT last_in bigint, OUT recorded_ms bigint
    ) LANGUAGE plpgsql AS $body$
    DECLARE
      v_head bigint;
      v_recorded timestamptz;
      v_count bigint;
    BEGIN
      SELECT s.head, s.recorded_at INTO v_head, v_recorded FROM ${names.of('streams')} s
        WHERE s.aggregate_type = p_type AND s.tenant_id = p_tenant AND s.aggregate_id = p_id FOR UPDATE;
      IF NOT FOUND THEN
        IF p_expected NOT IN ('any', 'no-stream', '0') THEN
          outcome := 'conflict';
          last_in := 0;
          RETURN;
        END IF;
        INSERT INTO ${names.of('streams')} (aggregate_type, tenant_id, aggregate_id, head, recorded_at)
          VALUES (p_type, p_tenant, p_id, 0, '-infinity') ON CONFLICT DO NOTHING;
        SELECT s.head, s.recorded_at INTO STRICT v_head, v_recorded FROM ${names.of('streams')} s
          WHERE s.aggregate_type = p_type AND s.tenant_id = p_tenant AND s.aggregate_id = p_id FOR UPDATE;
      END IF;

      IF p_key IS NOT NULL AND v_head > 0 THEN
        SELECT e.sequence, e.key_last_sequence INTO first_in, last_in FROM ${names.of('events')} e
          WHERE e.tenant_id = p_tenant AND e.aggregate_type = p_type AND e.aggregate_id = p_id
            AND e.idempotency_key = p_key;
        IF FOUND THEN
          outcome := 'repeated';
          RETURN;
        END IF;
      END IF;

      IF NOT (CASE p_expected
        WHEN 'any' THEN true
        WHEN 'no-stream' THEN v_head = 0
        WHEN 'stream-exists' THEN v_head > 0
        ELSE p_expected::bigint = v_head
      END) THEN
        outcome := 'conflict';
        last_in := v_head;
        RETURN;
      END IF;

      v_count := json_array_length(p_events);
      v_recorded := greatest(date_trunc('milliseconds', clock_timestamp()), v_recorded);
      INSERT INTO ${names.of('events')} (
        tenant_id, aggregate_type, aggregate_id, sequence, event_id, event_type, event_version,
        occurred_at, recorded_at, idempotency_key, key_last_sequence, metadata, payload, document
      )
      SELECT p_tenant, p_type, p_id, v_head + r.n, r.id, r.type, r.version,
        timestamptz 'epoch' + r.occurred * interval '1 millisecond', v_recorded,
        CASE r.n WHEN 1 THEN p_key END, CASE WHEN r.n = 1 AND p_key IS NOT NULL THEN v_head + v_count END,
        r.metadata, r.payload, nullif(coalesce(r.document, r.payload), '')::jsonb
      FROM json_to_recordset(p_events) AS r(
        n bigint, id uuid, type text, version bigint, occurred bigint, metadata text, payload text, document text
      )
      ORDER BY r.n;
      UPDATE ${names.of('streams')} s SET head = v_head + v_count, recorded_at = v_recorded
        WHERE s.aggregate_type = p_type AND s.tenant_id = p_tenant AND s.aggregate_id = p_id;

      outcome := 'appended';
      first_in := v_head + 1;
      last_in := v_head + v_count;
      recorded_ms := (extract(epoch FROM v_recorded) * 1000)::bigint;
    END
    $body$`,
  ],
};
