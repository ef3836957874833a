import type { ClickHouseConnection } from '../../lib/clickhouse/clickhouse-connection.js';
import { migrate } from '../../lib/clickhouse/migrator.js';
import { ServerClock } from '../../lib/clickhouse/server-clock.js';
import type { ClickHouseEventStoreOptions } from '../../lib/event-store/clickhouse/clickhouse-event-store-options.js';
import { ClickHouseEventStore } from '../../lib/event-store/clickhouse/clickhouse-event-store.js';
import { EVENT_STORE_MIGRATIONS } from '../../lib/event-store/clickhouse/migrations/index.js';
import type { RedisConnection } from '../../lib/redis/redis-connection.js';
import type { StorageContext } from '../../lib/storage/storage.js';
import { createStorageContext } from './storage-context.js';

/** Makes the tables where they are missing, and opens the store on them. */
export async function openClickHouseEventStore(
  connection: ClickHouseConnection,
  options: ClickHouseEventStoreOptions = {},
  context?: StorageContext,
  redis?: RedisConnection,
): Promise<ClickHouseEventStore> {
  await migrate(connection, [EVENT_STORE_MIGRATIONS]);
  const tools = context ?? (await createStorageContext());
  return ClickHouseEventStore.open({ ...tools, connection, serverClock: new ServerClock(connection), redis }, options);
}
