import type { PostgresStatement } from '../../../../postgres/postgres-connection.js';
import type { SchemaNames } from '../../../../postgres/schema-names.js';
import type { ProjectionScope } from '../../check-fields.js';

export interface CountRow {
  readonly tenant_id: string;
  readonly aggregate_id: string;
  readonly events_counted: string | number;
  readonly last_sequence: string | number;
}

/** The next aggregates of one version of a projection after the given one, each with how many events have a row, and the last. */
export function countRecords(
  names: SchemaNames,
  { projection, version, tenantId }: ProjectionScope,
  after: CountRow | undefined,
  limit: number,
): PostgresStatement {
  return {
    text: `SELECT tenant_id, aggregate_id, count(*) AS events_counted, max(sequence) AS last_sequence
           FROM ${names.of('projection_records')}
           WHERE projection = $1 AND version = $2 AND (tenant_id, aggregate_id) > ($3, $4)${tenantId === undefined ? '' : ' AND tenant_id = $6'}
           GROUP BY tenant_id, aggregate_id
           ORDER BY tenant_id, aggregate_id
           LIMIT $5`,
    values: [
      projection,
      version,
      after?.tenant_id ?? '',
      after?.aggregate_id ?? '',
      limit,
      ...(tenantId === undefined ? [] : [tenantId]),
    ],
  };
}
