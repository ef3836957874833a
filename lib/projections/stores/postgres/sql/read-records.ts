import type { PostgresStatement } from '../../../../postgres/postgres-connection.js';
import type { SchemaNames } from '../../../../postgres/schema-names.js';
import { toMs } from '../../../../postgres/times.js';
import type { RecordQuery } from '../../record-store.js';
import { boundedText } from './bounded-text.js';

/** Bytes of one read. */
const MAX_RESULT_BYTES = 134_217_728;

export interface ReadRecord {
  readonly sequence: string | number;
  readonly event_id: string;
  readonly recorded_ms: string | number;
  /** `null` when the records together are over the bound. */
  readonly json: string | null;
}

/** The records of one aggregate. */
export function readRecords(names: SchemaNames, query: Required<RecordQuery>): PostgresStatement {
  const { tenantId, projection, version, aggregateId, after, limit } = query;
  return {
    text: `SELECT sequence, event_id::text AS event_id, ${toMs('recorded_at')} AS recorded_ms,
             ${boundedText('record', MAX_RESULT_BYTES)} AS json
           FROM (
             SELECT * FROM ${names.of('projection_records')}
             WHERE projection = $1 AND version = $2 AND tenant_id = $3 AND aggregate_id = $4 AND sequence > $5
               AND record <> 'null'
             ORDER BY sequence, event_id
             LIMIT $6
           ) found
           ORDER BY found.sequence, found.event_id`,
    values: [projection, version, tenantId, aggregateId, after, limit],
  };
}
