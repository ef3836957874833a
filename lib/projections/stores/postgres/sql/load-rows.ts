import type { PostgresStatement } from '../../../../postgres/postgres-connection.js';
import type { SchemaNames } from '../../../../postgres/schema-names.js';
import { toMs } from '../../../../postgres/times.js';
import type { ProjectionKey } from '../../projection-row.js';
import { boundedText } from './bounded-text.js';

/** Bytes of the rows of several keys together; beyond, fewer are asked for. */
const MAX_RESULT_BYTES = 67_108_864;

export interface LoadedRow {
  readonly projection: string;
  readonly version: string | number;
  readonly tenant_id: string;
  readonly id: string;
  readonly sequence: string | number;
  readonly updated_ms: string | number;
  /** `null` when the rows together are over the bound. */
  readonly json: string | null;
}

/** The rows of the keys that have one. */
export function loadRows(names: SchemaNames, keys: readonly ProjectionKey[]): PostgresStatement {
  const wanted = keys.map(({ projection, version, tenantId, id }) => ({ projection, version, tenant: tenantId, id }));
  return {
    text: `SELECT p.projection, p.version, p.tenant_id, p.id, p.sequence, ${toMs('p.updated_at')} AS updated_ms,
             ${keys.length > 1 ? boundedText('p.state', MAX_RESULT_BYTES) : 'p.state'} AS json
           FROM json_to_recordset($1::json) AS k(projection text, version bigint, tenant text, id text)
           JOIN ${names.of('projection_rows')} p
             ON p.projection = k.projection AND p.version = k.version AND p.tenant_id = k.tenant AND p.id = k.id`,
    values: [JSON.stringify(wanted)],
  };
}
