import type { ClickHouseConnection } from '../../../clickhouse/clickhouse-connection.js';
import { deleteRows, purgeDeletedRows } from '../../../clickhouse/delete-rows.js';
import type { TenantId } from '../../../tenancy/tenant-id.js';
import { repeatedRead } from './repeat.js';

/** What makes a row of a table another one than all before it. */
const KEYS = {
  projection_rows: 'projection_name, version, id',
  projection_records: 'projection_name, version, event_id',
} as const;

/** Removes every row of a tenant from a table, and its bytes. @returns how many rows there were */
export async function forgetRows(
  connection: ClickHouseConnection,
  table: keyof typeof KEYS,
  tenantId: TenantId,
): Promise<number> {
  return repeatedRead('what a tenant has', async () => {
    const [row] = await connection.query<{ readonly rows_counted: string }>(
      `SELECT uniqExact(${KEYS[table]}) AS rows_counted FROM ${table} WHERE tenant_id = {tenantId:String}`,
      { tenantId },
    );
    await deleteRows(connection, table, `DELETE FROM ${table} WHERE tenant_id = {tenantId:String}`, { tenantId });
    await purgeDeletedRows(connection, table);
    return Number(row!.rows_counted);
  });
}
