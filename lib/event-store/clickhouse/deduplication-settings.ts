import type { ClickHouseConnection } from '../../clickhouse/clickhouse-connection.js';
import type { ClickHouseSettings } from '../../clickhouse/clickhouse-settings.js';
import { FIND_SETTING } from './sql/find-setting.js';

/**
 * Makes an INSERT SELECT be recognized by its token. Servers that have this setting otherwise go by the profile of the
 * user, and by whether they think the SELECT to be stable; older ones always do, and refuse a setting that they do not
 * know.
 */
const SETTING = 'deduplicate_insert_select';
const ALWAYS = 'force_enable';

/** What this server needs so that a repeated batch is not stored twice. */
export async function deduplicationSettings(connection: ClickHouseConnection): Promise<ClickHouseSettings> {
  const rows = await connection.query<{ name: string }>(FIND_SETTING, { name: SETTING });
  return rows.length > 0 ? { [SETTING]: ALWAYS } : {};
}
