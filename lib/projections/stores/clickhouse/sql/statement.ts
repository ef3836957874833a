import type { QueryParams } from '../../../../clickhouse/clickhouse-connection.js';
import type { ClickHouseSettings } from '../../../../clickhouse/clickhouse-settings.js';

/** One statement with everything it runs with. */
export interface Statement {
  readonly sql: string;
  readonly params: QueryParams;
  readonly settings: ClickHouseSettings;
}
