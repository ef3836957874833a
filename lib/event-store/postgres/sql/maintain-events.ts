import type { PostgresStatement } from '../../../postgres/postgres-connection.js';
import type { SchemaNames } from '../../../postgres/schema-names.js';
import { fromMs } from '../../../postgres/times.js';
import type { TenantId } from '../../../tenancy/tenant-id.js';
import type { EmptiedStream } from '../../emptied-stream.js';
import type { IdleStreams } from '../../event-log.js';

/** The statements of maintenance, each one step: see the migration `maintain_events`. */

/** Makes the head of an emptied stream, or leaves the one that stands. */
export function restoreEmptied(names: SchemaNames, stream: EmptiedStream): PostgresStatement {
  return {
    text: `INSERT INTO ${names.of('streams')} AS s
        (aggregate_type, tenant_id, aggregate_id, head, emptied_head, recorded_at)
      VALUES ($1, $2, $3, $4::bigint, $4::bigint, ${fromMs('$5::bigint')})
      ON CONFLICT (aggregate_type, tenant_id, aggregate_id) DO UPDATE SET head = s.head
      RETURNING s.head AS found`,
    values: [stream.aggregateType, stream.tenantId, stream.aggregateId, stream.head, stream.recordedAt],
  };
}

export interface RemovedRow {
  readonly streams: string | number;
  readonly events: string | number;
  readonly last_type: string | null;
  readonly last_id: string | null;
}

export function removeIdleStreams(
  names: SchemaNames,
  { tenantId, aggregateType, before }: IdleStreams,
  after: RemovedRow | undefined,
  limit: number,
): PostgresStatement {
  return {
    text: `SELECT streams, events, last_type, last_id
      FROM ${names.of('remove_idle_streams')}($1::text, $2::text, $3::bigint, $4::text, $5::text, $6::bigint)`,
    values: [tenantId, aggregateType ?? null, before, after?.last_type ?? '', after?.last_id ?? '', limit],
  };
}

export function forgetEvents(names: SchemaNames, tenantId: TenantId, limit: number): PostgresStatement {
  return {
    text: `SELECT events FROM ${names.of('forget_events')}($1::text, $2::bigint)`,
    values: [tenantId, limit],
  };
}

export function dropStreams(names: SchemaNames, aggregateType: string, limit: number): PostgresStatement {
  return {
    text: `SELECT streams, events FROM ${names.of('drop_streams')}($1::text, $2::bigint)`,
    values: [aggregateType, limit],
  };
}

export function forgetStreams(names: SchemaNames, tenantId: TenantId): PostgresStatement {
  return { text: `SELECT streams, events FROM ${names.of('forget_streams')}($1::text)`, values: [tenantId] };
}
