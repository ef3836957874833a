import type { SchemaNames } from '../../../postgres/schema-names.js';
import type { Migration } from '../../../postgres/migrations.js';

/** Lets a DELETE pass the trigger of the log, in this transaction and until it is taken back. */
export const PERMIT = `PERFORM set_config('event_sourcing.removal', pg_current_xact_id()::text, true);`;
export const TAKE_BACK = `PERFORM set_config('event_sourcing.removal', '', true);`;

/** What maintenance changes in the log. Each call is one step in one transaction, and may be repeated. */
export const maintainEvents: Migration = {
  id: 6,
  name: 'maintain_events',
  statements: (names) => [
    removeIdleStreamsFunction(names, { create: 'CREATE FUNCTION', condition: '' }),
    forgetEvents(names),
    forgetStreams(names),
  ],
};

/**
 * Empties the next streams of a tenant whose last event is too old. A stream that somebody is appending to is passed
 * over: it is about to become younger. Answers with the last stream that it looked at, NULL at the end.
 */
export function removeIdleStreamsFunction(
  names: SchemaNames,
  { create, condition }: { readonly create: string; readonly condition: string },
): string {
  return `${create} ${names.of('remove_idle_streams')}(
      p_tenant text, p_type text, p_before bigint, p_after_type text, p_after_id text, p_limit bigint,
      OUT streams bigint, OUT events bigint, OUT last_type text, OUT last_id text
    ) LANGUAGE plpgsql AS $body$
    DECLARE
      v_types text[];
      v_ids text[];
    BEGIN
      SELECT array_agg(i.aggregate_type), array_agg(i.aggregate_id) INTO v_types, v_ids
      FROM (
        SELECT s.aggregate_type, s.aggregate_id FROM ${names.of('streams')} s
        WHERE s.tenant_id = p_tenant AND (p_type IS NULL OR s.aggregate_type = p_type)
          AND (s.aggregate_type, s.aggregate_id) > (p_after_type COLLATE "C", p_after_id COLLATE "C")
          AND s.head > s.emptied_head AND s.recorded_at < timestamptz 'epoch' + p_before * interval '1 millisecond'${condition && ` ${condition}`}
        ORDER BY s.aggregate_type, s.aggregate_id
        LIMIT p_limit
        FOR UPDATE SKIP LOCKED
      ) i;
      streams := coalesce(array_length(v_ids, 1), 0);
      events := 0;
      IF streams = 0 THEN
        RETURN;
      END IF;
      last_type := v_types[streams];
      last_id := v_ids[streams];
      ${PERMIT}
      DELETE FROM ${names.of('events')} e
        USING unnest(v_types, v_ids) AS i(aggregate_type, aggregate_id)
        WHERE e.tenant_id = p_tenant AND e.aggregate_type = i.aggregate_type AND e.aggregate_id = i.aggregate_id;
      GET DIAGNOSTICS events = ROW_COUNT;
      ${TAKE_BACK}
      DELETE FROM ${names.of('undispatched')} u
        USING unnest(v_types, v_ids) AS i(aggregate_type, aggregate_id)
        WHERE u.tenant_id = p_tenant AND u.aggregate_type = i.aggregate_type AND u.aggregate_id = i.aggregate_id;
      UPDATE ${names.of('streams')} s SET emptied_head = s.head
        FROM unnest(v_types, v_ids) AS i(aggregate_type, aggregate_id)
        WHERE s.tenant_id = p_tenant AND s.aggregate_type = i.aggregate_type AND s.aggregate_id = i.aggregate_id;
    END
    $body$`;
}

/** Removes some events of a tenant, whichever; answers with how many. */
function forgetEvents(names: SchemaNames): string {
  return `CREATE FUNCTION ${names.of('forget_events')}(p_tenant text, p_limit bigint, OUT events bigint)
    LANGUAGE plpgsql AS $body$
    BEGIN
      ${PERMIT}
      DELETE FROM ${names.of('events')} e WHERE e.ctid = ANY (ARRAY(
        SELECT f.ctid FROM ${names.of('events')} f WHERE f.tenant_id = p_tenant LIMIT p_limit
      ));
      GET DIAGNOSTICS events = ROW_COUNT;
      ${TAKE_BACK}
    END
    $body$`;
}

/**
 * Removes the heads of a tenant, behind whose locks nobody appends, and then what is left of the streams without one. A
 * stream that began meanwhile has a head, and stays whole.
 */
function forgetStreams(names: SchemaNames): string {
  return `CREATE FUNCTION ${names.of('forget_streams')}(p_tenant text, OUT streams bigint, OUT events bigint)
    LANGUAGE plpgsql AS $body$
    BEGIN
      DELETE FROM ${names.of('streams')} s WHERE s.tenant_id = p_tenant;
      GET DIAGNOSTICS streams = ROW_COUNT;
      DELETE FROM ${names.of('undispatched')} u WHERE u.tenant_id = p_tenant AND ${hasNoHead(names, 'u')};
      ${PERMIT}
      DELETE FROM ${names.of('events')} e WHERE e.tenant_id = p_tenant AND ${hasNoHead(names, 'e')};
      GET DIAGNOSTICS events = ROW_COUNT;
      ${TAKE_BACK}
    END
    $body$`;
}

function hasNoHead(names: SchemaNames, of: string): string {
  return `NOT EXISTS (
        SELECT FROM ${names.of('streams')} s
        WHERE s.aggregate_type = ${of}.aggregate_type AND s.tenant_id = ${of}.tenant_id AND s.aggregate_id = ${of}.aggregate_id
      )`;
}
