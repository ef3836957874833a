import type { PostgresConnection } from '../../../postgres/postgres-connection.js';
import type { SchemaNames } from '../../../postgres/schema-names.js';
import type { TenantId } from '../../../tenancy/tenant-id.js';
import type { ProjectionVersion } from '../check-fields.js';
import type { NameMatch } from '../projection-store.js';
import { read } from './statements.js';

/** Rows that go in one statement. */
const ROWS_PER_STEP = 50_000;

type Table = 'projection_rows' | 'projection_records';

/** Removes every row of a tenant from a table, step by step. @returns how many there were */
export function forgetRows(
  connection: PostgresConnection,
  names: SchemaNames,
  table: Table,
  tenantId: TenantId,
): Promise<number> {
  return removeRows(connection, names, table, { where: 'tenant_id = $1', values: [tenantId] });
}

/** Removes every row of a version of a projection from a table, step by step. @returns how many there were */
export function dropRows(
  connection: PostgresConnection,
  names: SchemaNames,
  table: Table,
  { projection, version }: ProjectionVersion,
  match: NameMatch = 'name',
): Promise<number> {
  const isNamed = match === 'prefix' ? 'starts_with(projection, $1)' : 'projection = $1';
  return removeRows(connection, names, table, {
    where: `${isNamed} AND version = $2`,
    values: [projection, version],
  });
}

async function removeRows(
  connection: PostgresConnection,
  names: SchemaNames,
  table: Table,
  { where, values }: { readonly where: string; readonly values: readonly (string | number)[] },
): Promise<number> {
  const statement = {
    text: `WITH gone AS (
        DELETE FROM ${names.of(table)} WHERE ctid = ANY (ARRAY(
          SELECT ctid FROM ${names.of(table)} WHERE ${where} LIMIT ${ROWS_PER_STEP}
        )) RETURNING 1
      )
      SELECT count(*) AS rows_counted FROM gone`,
    values: [...values],
  };
  for (let total = 0; ;) {
    // What went is found gone when the statement is sent again, so it may be repeated like a read.
    const [row] = await read<{ readonly rows_counted: string }>(connection, 'what is to be removed', statement);
    total += Number(row!.rows_counted);
    if (Number(row!.rows_counted) < ROWS_PER_STEP) return total;
  }
}
