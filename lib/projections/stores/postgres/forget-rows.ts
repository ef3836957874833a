import type { PostgresConnection } from '../../../postgres/postgres-connection.js';
import type { SchemaNames } from '../../../postgres/schema-names.js';
import type { TenantId } from '../../../tenancy/tenant-id.js';
import { read } from './statements.js';

/** Rows that go in one statement. */
const ROWS_PER_STEP = 50_000;

/** Removes every row of a tenant from a table, step by step. @returns how many there were */
export async function forgetRows(
  connection: PostgresConnection,
  names: SchemaNames,
  table: 'projection_rows' | 'projection_records',
  tenantId: TenantId,
): Promise<number> {
  const statement = {
    text: `WITH gone AS (
        DELETE FROM ${names.of(table)} WHERE ctid = ANY (ARRAY(
          SELECT ctid FROM ${names.of(table)} WHERE tenant_id = $1 LIMIT ${ROWS_PER_STEP}
        )) RETURNING 1
      )
      SELECT count(*) AS rows_counted FROM gone`,
    values: [tenantId],
  };
  for (let total = 0; ;) {
    // What went is found gone when the statement is sent again, so it may be repeated like a read.
    const [row] = await read<{ readonly rows_counted: string }>(connection, 'what a tenant has', statement);
    total += Number(row!.rows_counted);
    if (Number(row!.rows_counted) < ROWS_PER_STEP) return total;
  }
}
