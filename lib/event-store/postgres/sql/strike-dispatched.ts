import type { PostgresStatement } from '../../../postgres/postgres-connection.js';
import type { SchemaNames } from '../../../postgres/schema-names.js';
import type { DispatchedRange } from '../../undispatched-stream.js';

/**
 * Shortens what is noted of streams by what was dispatched, from either end. The rows are locked in the order in which
 * an append to several streams writes them, so that they do not wait for each other.
 */
export function strikeDispatched(names: SchemaNames, ranges: readonly DispatchedRange[]): PostgresStatement {
  const rows = ranges.map(({ stream, from, to }) => ({
    tenant: stream.tenantId,
    type: stream.aggregateType,
    id: stream.aggregateId,
    from,
    to,
  }));
  return {
    name: 'strike_dispatched',
    text: `WITH struck AS MATERIALIZED (
        SELECT u.tenant_id, u.aggregate_type, u.aggregate_id,
          CASE WHEN r."from" <= u.first_sequence THEN greatest(u.first_sequence, r."to" + 1) ELSE u.first_sequence END AS first_left,
          CASE WHEN r."to" >= u.last_sequence THEN least(u.last_sequence, r."from" - 1) ELSE u.last_sequence END AS last_left
        FROM json_to_recordset($1::json) AS r(tenant text, type text, id text, "from" bigint, "to" bigint)
        JOIN ${names.of('undispatched')} u
          ON u.tenant_id = r.tenant AND u.aggregate_type = r.type AND u.aggregate_id = r.id
        ORDER BY u.tenant_id, u.aggregate_type, u.aggregate_id
        FOR UPDATE OF u
      ), gone AS (
        DELETE FROM ${names.of('undispatched')} u USING struck s
        WHERE u.tenant_id = s.tenant_id AND u.aggregate_type = s.aggregate_type AND u.aggregate_id = s.aggregate_id
          AND s.first_left > s.last_left
      )
      UPDATE ${names.of('undispatched')} u SET first_sequence = s.first_left, last_sequence = s.last_left
      FROM struck s
      WHERE u.tenant_id = s.tenant_id AND u.aggregate_type = s.aggregate_type AND u.aggregate_id = s.aggregate_id
        AND s.first_left <= s.last_left
        AND (u.first_sequence, u.last_sequence) <> (s.first_left, s.last_left)`,
    values: [JSON.stringify(rows)],
  };
}
