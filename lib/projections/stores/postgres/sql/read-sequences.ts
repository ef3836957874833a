import type { PostgresStatement } from '../../../../postgres/postgres-connection.js';
import type { SchemaNames } from '../../../../postgres/schema-names.js';
import type { ProjectionScope } from '../../check-fields.js';

export interface SequenceRow {
  readonly tenant_id: string;
  readonly id: string;
  readonly sequence: string | number;
}

/** The next rows of one version of a projection after the given one. */
export function readSequences(
  names: SchemaNames,
  { projection, version, tenantId }: ProjectionScope,
  after: SequenceRow | undefined,
  limit: number,
): PostgresStatement {
  return {
    text: `SELECT tenant_id, id, sequence FROM ${names.of('projection_rows')}
           WHERE projection = $1 AND version = $2 AND (tenant_id, id) > ($3, $4)${tenantId === undefined ? '' : ' AND tenant_id = $6'}
           ORDER BY tenant_id, id
           LIMIT $5`,
    values: [
      projection,
      version,
      after?.tenant_id ?? '',
      after?.id ?? '',
      limit,
      ...(tenantId === undefined ? [] : [tenantId]),
    ],
  };
}
