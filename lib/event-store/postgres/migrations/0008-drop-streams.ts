import type { Migration } from '../../../postgres/migrations.js';
import { PERMIT, TAKE_BACK } from './0006-maintain-events.js';

/** Removes the next streams of one aggregate type with their heads; answers with how many, and of how many events. */
export const dropStreams: Migration = {
  id: 8,
  name: 'drop_streams',
  statements: (names) => [
    `CREATE FUNCTION ${names.of('drop_streams')}(p_type text, p_limit bigint, OUT streams bigint, OUT events bigint)
    LANGUAGE plpgsql AS $body$
    DECLARE
      v_tenants text[];
      v_ids text[];
    BEGIN
      SELECT array_agg(i.tenant_id), array_agg(i.aggregate_id) INTO v_tenants, v_ids
      FROM (
        SELECT s.tenant_id, s.aggregate_id FROM ${names.of('streams')} s
        WHERE s.aggregate_type = p_type
        ORDER BY s.tenant_id, s.aggregate_id
        LIMIT p_limit
        FOR UPDATE
      ) i;
      streams := coalesce(array_length(v_ids, 1), 0);
      ${PERMIT}
      DELETE FROM ${names.of('events')} e
        USING unnest(v_tenants, v_ids) AS i(tenant_id, aggregate_id)
        WHERE e.tenant_id = i.tenant_id AND e.aggregate_type = p_type AND e.aggregate_id = i.aggregate_id;
      GET DIAGNOSTICS events = ROW_COUNT;
      ${TAKE_BACK}
      DELETE FROM ${names.of('streams')} s
        USING unnest(v_tenants, v_ids) AS i(tenant_id, aggregate_id)
        WHERE s.tenant_id = i.tenant_id AND s.aggregate_type = p_type AND s.aggregate_id = i.aggregate_id;
    END
    $body$`,
  ],
};
