import type { PostgresStatement } from '../../../postgres/postgres-connection.js';
import type { SchemaNames } from '../../../postgres/schema-names.js';
import { toMs } from '../../../postgres/times.js';
import type { LogQuery } from '../../event-log.js';
import type { StreamId } from '../../stream-id.js';

export interface EmptiedRow {
  readonly tenant_id: string;
  readonly aggregate_type: string;
  readonly aggregate_id: string;
  readonly emptied_head: string | number;
  readonly recorded_ms: string | number;
}

/** The next streams that retention has emptied, in the order of the log. */
export function readEmptiedStreams(
  names: SchemaNames,
  { tenantId, aggregateType }: LogQuery,
  after: StreamId | undefined,
  limit: number,
): PostgresStatement {
  return {
    text: `SELECT s.tenant_id, s.aggregate_type, s.aggregate_id, s.emptied_head,
        ${toMs('s.recorded_at')} AS recorded_ms
      FROM ${names.of('streams')} s
      WHERE s.emptied_head > 0
        AND ($1::text IS NULL OR s.tenant_id = $1) AND ($2::text IS NULL OR s.aggregate_type = $2)
        AND (s.tenant_id, s.aggregate_type, s.aggregate_id) > ($3, $4, $5)
      ORDER BY s.tenant_id, s.aggregate_type, s.aggregate_id
      LIMIT $6`,
    values: [
      tenantId ?? null,
      aggregateType ?? null,
      after?.tenantId ?? '',
      after?.aggregateType ?? '',
      after?.aggregateId ?? '',
      limit,
    ],
  };
}
