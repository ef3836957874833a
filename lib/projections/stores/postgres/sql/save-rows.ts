import type { PostgresStatement } from '../../../../postgres/postgres-connection.js';
import type { SchemaNames } from '../../../../postgres/schema-names.js';
import { fromMs } from '../../../../postgres/times.js';
import { toSearchJson } from '../../../../postgres/to-search-json.js';
import type { EncodedProjectionRow } from '../../check-projection-row.js';

/**
 * Saves rows, each key once; one at or below the sequence that stands has no effect. They are locked in the order of
 * their keys, so that two statements never wait for each other.
 */
export function saveRows(names: SchemaNames, rows: readonly EncodedProjectionRow[]): PostgresStatement {
  return {
    name: 'save_rows',
    text: `INSERT INTO ${names.of('projection_rows')} AS standing
             (projection, version, tenant_id, id, sequence, updated_at, state, document)
           SELECT r.projection, r.version, r.tenant, r.id, r.sequence, ${fromMs('r.updated')}, r.state,
             CASE WHEN r.state <> 'null' THEN coalesce(r.document, r.state)::jsonb END
           FROM json_to_recordset($1::json) AS r(
             projection text, version bigint, tenant text, id text, sequence bigint, updated bigint, state text,
             document text
           )
           ORDER BY r.projection COLLATE "C", r.version, r.tenant COLLATE "C", r.id COLLATE "C"
           ON CONFLICT (projection, version, tenant_id, id) DO UPDATE
             SET sequence = excluded.sequence, updated_at = excluded.updated_at, state = excluded.state,
               document = excluded.document
             WHERE excluded.sequence > standing.sequence`,
    values: [JSON.stringify(rows.map(toRow))],
  };
}

function toRow(row: EncodedProjectionRow): object {
  const document = toSearchJson(row.state);
  return {
    projection: row.projection,
    version: row.version,
    tenant: row.tenantId,
    id: row.id,
    sequence: row.sequence,
    updated: row.updatedAt,
    state: row.state,
    ...(document !== row.state && { document }),
  };
}
