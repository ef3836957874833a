import type { ClickHouseConnection, QueryParams } from '../../../clickhouse/clickhouse-connection.js';
import { deleteRows, purgeDeletedRows } from '../../../clickhouse/delete-rows.js';
import type { TenantId } from '../../../tenancy/tenant-id.js';
import type { ProjectionVersion } from '../check-fields.js';
import type { NameMatch } from '../projection-store.js';
import { repeatedRead } from './repeat.js';

/** What makes a row of a table another one than all before it. */
const KEYS = {
  projection_rows: 'tenant_id, projection_name, version, id',
  projection_records: 'tenant_id, projection_name, version, event_id',
} as const;

type Table = keyof typeof KEYS;

/** Removes every row of a tenant from a table, and its bytes. @returns how many rows there were */
export function forgetRows(connection: ClickHouseConnection, table: Table, tenantId: TenantId): Promise<number> {
  return removeRows(connection, table, 'tenant_id = {tenantId:String}', { tenantId });
}

/** Removes every row of a version of a projection from a table, and its bytes. @returns how many rows there were */
export function dropRows(
  connection: ClickHouseConnection,
  table: Table,
  { projection, version }: ProjectionVersion,
  match: NameMatch = 'name',
): Promise<number> {
  const isNamed =
    match === 'prefix' ? 'startsWith(projection_name, {projection:String})' : 'projection_name = {projection:String}';
  const condition = `${isNamed} AND version = {version:UInt32}`;
  return removeRows(connection, table, condition, { projection, version });
}

async function removeRows(
  connection: ClickHouseConnection,
  table: Table,
  condition: string,
  params: QueryParams,
): Promise<number> {
  return repeatedRead('what is to be removed', async () => {
    const [row] = await connection.query<{ readonly rows_counted: string }>(
      `SELECT uniqExact(${KEYS[table]}) AS rows_counted FROM ${table} WHERE ${condition}`,
      params,
    );
    await deleteRows(connection, table, `DELETE FROM ${table} WHERE ${condition}`, params);
    await purgeDeletedRows(connection, table);
    return Number(row!.rows_counted);
  });
}
