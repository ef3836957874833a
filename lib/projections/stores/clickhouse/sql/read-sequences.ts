import type { ProjectionScope } from '../../check-fields.js';
import type { Statement } from './statement.js';

export interface SequenceRow {
  readonly tenant_id: string;
  readonly id: string;
  readonly row_sequence: string;
}

/** Every row's newest sequence, straight in the order of the table's key. */
export function readSequences({ projection, version, tenantId }: ProjectionScope): Statement {
  return {
    sql: `
SELECT tenant_id, id, sequence AS row_sequence
FROM projection_rows FINAL
WHERE projection_name = {projection:String} AND version = {version:UInt32}${tenantId === undefined ? '' : ' AND tenant_id = {tenantId:String}'}
ORDER BY tenant_id, projection_name, version, id`,
    params: { projection, version, ...(tenantId !== undefined && { tenantId }) },
    settings: { max_threads: 1, optimize_read_in_order: 1 },
  };
}
