import type { Migration } from '../../../postgres/migrations.js';

/** Events behind the position of a condition that are compared one by one before the index of contents is asked. */
export const LOOK_AHEAD = 32;

/**
 * The place of an event behind a given one that a criterion matches: of the last, or of one of the first few; NULL
 * without one. NULL in place of a part of the criterion stands for any; `p_types` is a list.
 *
 * Contents are looked for in the index only when some more events follow than `LOOK_AHEAD`, of which none matches: what
 * many events match is found among the first, and who decided lately has few to compare. Types have an index in the
 * order of the log, so the last of each is one probe; the rest goes backwards along a stream, or the log.
 *
 * The settings leave just those indexes as a way, whatever is known of the table: plans are made once for a session,
 * maybe when the table was empty. The sums hide the index of places.
 */
export const lastMatch: Migration = {
  id: 4,
  name: 'last_match',
  statements: (names) => [
    `CREATE FUNCTION ${names.of('last_match')}(
      p_tenant text, p_document jsonb, p_by_content boolean, p_types jsonb, p_aggregate_type text, p_aggregate_id text,
      p_transaction bigint, p_position bigint
    ) RETURNS bigint[] LANGUAGE plpgsql STABLE
    SET plan_cache_mode = force_generic_plan SET jit = off
    SET enable_seqscan = off SET enable_sort = off SET enable_incremental_sort = off
    AS $body$
    DECLARE
      v_looked_at bigint;
      v_place bigint[];
      v_type text;
    BEGIN
      IF p_by_content THEN
        SELECT count(*), max(ARRAY[r.transaction, r.position]) FILTER (
            WHERE r.document @> p_document AND (p_types IS NULL OR p_types ? r.event_type)
              AND (p_aggregate_type IS NULL OR r.aggregate_type = p_aggregate_type)
              AND (p_aggregate_id IS NULL OR r.aggregate_id = p_aggregate_id))
          INTO v_looked_at, v_place
          FROM (
            SELECT * FROM ${names.of('events')} e
            WHERE e.tenant_id = p_tenant AND (e.transaction, e.position) > (p_transaction, p_position)
            ORDER BY e.transaction, e.position
            LIMIT ${LOOK_AHEAD}
          ) r;
        IF v_place IS NULL AND v_looked_at = ${LOOK_AHEAD} THEN
          SELECT max(ARRAY[e.transaction, e.position]) INTO v_place FROM ${names.of('events')} e
            WHERE e.document @> p_document AND (e.transaction + 0, e.position + 0) > (p_transaction, p_position)
              AND (p_types IS NULL OR p_types ? e.event_type)
              AND (p_aggregate_type IS NULL OR e.aggregate_type = p_aggregate_type)
              AND (p_aggregate_id IS NULL OR e.aggregate_id = p_aggregate_id);
        END IF;
      ELSIF p_aggregate_type IS NOT NULL AND p_aggregate_id IS NOT NULL THEN
        SELECT ARRAY[e.transaction, e.position] INTO v_place FROM ${names.of('events')} e
          WHERE e.tenant_id = p_tenant AND e.aggregate_type = p_aggregate_type AND e.aggregate_id = p_aggregate_id
            AND e.document @> p_document AND (p_types IS NULL OR p_types ? e.event_type)
            AND (e.transaction + 0, e.position + 0) > (p_transaction, p_position)
          ORDER BY e.sequence DESC LIMIT 1;
      ELSIF p_types IS NOT NULL THEN
        FOR v_type IN SELECT jsonb_array_elements_text(p_types) LOOP
          SELECT ARRAY[e.transaction, e.position] INTO v_place FROM ${names.of('events')} e
            WHERE e.tenant_id = p_tenant AND e.document @> p_document
              AND (e.event_type, e.transaction, e.position) > (v_type, p_transaction, p_position) AND e.event_type <= v_type
              AND (p_aggregate_type IS NULL OR e.aggregate_type = p_aggregate_type)
              AND (p_aggregate_id IS NULL OR e.aggregate_id = p_aggregate_id)
            ORDER BY e.event_type DESC, e.transaction DESC, e.position DESC LIMIT 1;
          EXIT WHEN v_place IS NOT NULL;
        END LOOP;
      ELSE
        SELECT ARRAY[e.transaction, e.position] INTO v_place FROM ${names.of('events')} e
          WHERE e.tenant_id = p_tenant AND (e.transaction, e.position) > (p_transaction, p_position)
            AND e.document @> p_document
            AND (p_aggregate_type IS NULL OR e.aggregate_type = p_aggregate_type)
            AND (p_aggregate_id IS NULL OR e.aggregate_id = p_aggregate_id)
          ORDER BY e.transaction DESC, e.position DESC LIMIT 1;
      END IF;
      RETURN v_place;
    END
    $body$`,
  ],
};
