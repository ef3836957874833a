import type { PostgresStatement } from '../../../postgres/postgres-connection.js';
import type { SchemaNames } from '../../../postgres/schema-names.js';
import type { TenantId } from '../../../tenancy/tenant-id.js';

export interface PositionRow {
  /** Below this number the log of every tenant is settled. */
  readonly settled: string | number;
  /** The highest number that an event of the tenant has; `null` without events. */
  readonly last: string | number | null;
}

/** How far the log of a tenant goes, and how far no event can come in between any more. */
export function readPosition(names: SchemaNames, tenantId: TenantId): PostgresStatement {
  return {
    name: 'read_position',
    text: `SELECT ${names.of('settled_transaction')}() AS settled,
             (SELECT e.transaction FROM ${names.of('events')} e WHERE e.tenant_id = $1
               ORDER BY e.transaction DESC, e.position DESC LIMIT 1) AS last`,
    values: [tenantId],
  };
}
