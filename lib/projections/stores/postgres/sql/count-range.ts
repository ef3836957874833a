import type { PostgresStatement } from '../../../../postgres/postgres-connection.js';
import type { SchemaNames } from '../../../../postgres/schema-names.js';
import type { RecordRange } from '../../record-store.js';

export interface RangeCount {
  readonly events_counted: string | number;
}

/** How many events of a part of one stream have a row. */
export function countRange(names: SchemaNames, range: RecordRange): PostgresStatement {
  const { tenantId, projection, version, aggregateId, from, to } = range;
  return {
    text: `SELECT count(*) AS events_counted FROM ${names.of('projection_records')}
           WHERE projection = $1 AND version = $2 AND tenant_id = $3 AND aggregate_id = $4
             AND sequence BETWEEN $5 AND $6`,
    values: [projection, version, tenantId, aggregateId, from, to],
  };
}
