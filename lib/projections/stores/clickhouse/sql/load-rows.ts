import type { ProjectionKey } from '../../projection-row.js';
import type { Statement } from './statement.js';

/** Bytes of the rows of several keys together; over it the server refuses, and fewer are asked for. */
const MAX_RESULT_BYTES = 67_108_864;

export interface LoadedRow {
  readonly tenant_id: string;
  readonly projection_name: string;
  readonly version: number;
  readonly id: string;
  readonly newest_sequence: string;
  /** Milliseconds since the epoch as text, and the state. */
  readonly newest: readonly [string, string];
}

/** The newest row of each key that has one. */
export function loadRows(keys: readonly ProjectionKey[]): Statement {
  return {
    sql: `
SELECT tenant_id, projection_name, version, id, max(sequence) AS newest_sequence,
  argMax((toUnixTimestamp64Milli(updated_at), state), sequence) AS newest
FROM projection_rows
WHERE (tenant_id, projection_name, version, id) IN (
  SELECT arrayJoin(arrayZip({tenants:Array(String)}, {projections:Array(String)}, {versions:Array(UInt32)}, {ids:Array(String)}))
)
GROUP BY tenant_id, projection_name, version, id`,
    params: {
      tenants: keys.map(({ tenantId }) => tenantId),
      projections: keys.map(({ projection }) => projection),
      versions: keys.map(({ version }) => version),
      ids: keys.map(({ id }) => id),
    },
    settings: {
      max_threads: 1,
      ...(keys.length > 1 && { max_result_bytes: MAX_RESULT_BYTES, result_overflow_mode: 'throw' }),
    },
  };
}
