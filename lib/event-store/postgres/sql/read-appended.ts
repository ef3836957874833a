import type { PostgresStatement } from '../../../postgres/postgres-connection.js';
import type { SchemaNames } from '../../../postgres/schema-names.js';
import type { StreamId } from '../../stream-id.js';
import { EVENT_COLUMNS } from './event-columns.js';

/** The events of those of the keys that the stream knows, each row with its key in `append_key`, in order. */
export function readAppended(names: SchemaNames, stream: StreamId, keys: readonly string[]): PostgresStatement {
  return {
    name: 'read_appended',
    text: `SELECT k.idempotency_key AS append_key, ${EVENT_COLUMNS}
           FROM ${names.of('events')} k
           JOIN ${names.of('events')} e
             ON e.tenant_id = k.tenant_id AND e.aggregate_type = k.aggregate_type AND e.aggregate_id = k.aggregate_id
            AND e.sequence BETWEEN k.sequence AND k.key_last_sequence
           WHERE k.tenant_id = $1 AND k.aggregate_type = $2 AND k.aggregate_id = $3
             AND k.idempotency_key IS NOT NULL
             AND k.idempotency_key IN (SELECT json_array_elements_text($4::json))
           ORDER BY e.sequence`,
    values: [stream.tenantId, stream.aggregateType, stream.aggregateId, JSON.stringify(keys)],
  };
}
