import type { Migration } from '../../../postgres/migrations.js';

/** Events behind the position of a condition that are compared one by one before any other index is asked. */
export const LOOK_AHEAD = 100;

/**
 * Compares the first events of a tenant behind a place with patterns: how many there were, at most `LOOK_AHEAD`, and the
 * place of the last one that matched. Who decided lately has few events to compare, and what many events match is found
 * among the first.
 *
 * The settings leave the index of places as the only way, whatever is known of the table: a new one has no statistics,
 * and the planner would rather sort all of it.
 */
export const lookAhead: Migration = {
  id: 4,
  name: 'look_ahead',
  statements: (names) => [
    `CREATE FUNCTION ${names.of('look_ahead')}(
      p_tenant text, p_patterns jsonb[], p_transaction bigint, p_position bigint,
      OUT looked_at bigint, OUT matched bigint[]
    ) LANGUAGE sql STABLE
    SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off SET enable_incremental_sort = off
    AS $body$
      SELECT count(*), max(ARRAY[r.transaction, r.position]) FILTER (WHERE r.document @> ANY (p_patterns))
      FROM (
        SELECT e.transaction, e.position, e.document FROM ${names.of('events')} e
        WHERE e.tenant_id = p_tenant AND (e.transaction, e.position) > (p_transaction, p_position)
        ORDER BY e.transaction, e.position
        LIMIT ${LOOK_AHEAD}
      ) r
    $body$`,
  ],
};
