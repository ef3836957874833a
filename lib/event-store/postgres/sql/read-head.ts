import type { PostgresStatement } from '../../../postgres/postgres-connection.js';
import type { SchemaNames } from '../../../postgres/schema-names.js';
import type { StreamId } from '../../stream-id.js';

/** The last sequence of one stream; no row where it has no events. */
export function readHead(names: SchemaNames, stream: StreamId): PostgresStatement {
  return {
    name: 'read_head',
    text: `SELECT head FROM ${names.of('streams')}
           WHERE aggregate_type = $1 AND tenant_id = $2 AND aggregate_id = $3`,
    values: [stream.aggregateType, stream.tenantId, stream.aggregateId],
  };
}
