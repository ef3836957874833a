import { afterKey } from '../../../../clickhouse/after-key.js';
import type { ProjectionScope } from '../../check-fields.js';
import type { Statement } from './statement.js';

/** Of one version of a projection. */
const AFTER = afterKey([
  ['tenant_id', '{afterTenant:String}'],
  ['id', '{afterId:String}'],
]);

export interface SequenceRow {
  readonly tenant_id: string;
  readonly id: string;
  readonly row_sequence: string;
}

/** The newest sequences of the next rows after the given one, straight in the order of the table's key. */
export function readSequences(
  { projection, version, tenantId }: ProjectionScope,
  after: SequenceRow | undefined,
  limit: number,
): Statement {
  return {
    sql: `
SELECT tenant_id, id, sequence AS row_sequence
FROM projection_rows FINAL
WHERE projection_name = {projection:String} AND version = {version:UInt32}${tenantId === undefined ? '' : ' AND tenant_id = {tenantId:String}'}
  ${after === undefined ? '' : `AND ${AFTER}`}
ORDER BY tenant_id, projection_name, version, id
LIMIT {limit:UInt64}`,
    params: {
      projection,
      version,
      limit,
      ...(tenantId !== undefined && { tenantId }),
      ...(after && { afterTenant: after.tenant_id, afterId: after.id }),
    },
    settings: { max_threads: 1, optimize_read_in_order: 1 },
  };
}
