import { EVENT_STORE_MIGRATIONS } from '../../lib/event-store/postgres/migrations/index.js';
import type { PostgresEventStoreOptions } from '../../lib/event-store/postgres/postgres-event-store-options.js';
import { PostgresEventStore } from '../../lib/event-store/postgres/postgres-event-store.js';
import { migrate } from '../../lib/postgres/migrator.js';
import type { PostgresConnection } from '../../lib/postgres/postgres-connection.js';
import { schemaNames } from '../../lib/postgres/schema-names.js';
import type { StorageContext } from '../../lib/storage/storage.js';
import { createStorageContext } from './storage-context.js';

/** The schema of tests, which each have a database of their own. */
export const TEST_NAMES = schemaNames('es_test');

/** Makes the tables where they are missing, and opens the store on them. */
export async function openPostgresEventStore(
  connection: PostgresConnection,
  options: PostgresEventStoreOptions = {},
  context?: StorageContext,
): Promise<PostgresEventStore> {
  await migrate(connection, TEST_NAMES, [EVENT_STORE_MIGRATIONS]);
  const tools = context ?? (await createStorageContext());
  return new PostgresEventStore({ ...tools, connection, names: TEST_NAMES }, options);
}
