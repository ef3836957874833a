import type { PostgresStatement } from '../../../postgres/postgres-connection.js';
import type { SchemaNames } from '../../../postgres/schema-names.js';
import { toMs } from '../../../postgres/times.js';
import type { UndispatchedQuery } from '../../undispatched-stream.js';

export interface UndispatchedRow {
  readonly tenant_id: string;
  readonly aggregate_type: string;
  readonly aggregate_id: string;
  readonly first_sequence: string | number;
  readonly last_sequence: string | number;
  readonly since_ms: string | number;
}

/** The streams that have waited longest to be dispatched. */
export function readUndispatched(names: SchemaNames, { olderThanMs, limit }: UndispatchedQuery): PostgresStatement {
  return {
    name: 'read_undispatched',
    text: `SELECT u.tenant_id, u.aggregate_type, u.aggregate_id, u.first_sequence, u.last_sequence,
             ${toMs('u.since')} AS since_ms
           FROM ${names.of('undispatched')} u
           WHERE u.since <= clock_timestamp() - $1::bigint * interval '1 millisecond'
           ORDER BY u.since
           LIMIT $2::bigint`,
    values: [olderThanMs, limit],
  };
}
