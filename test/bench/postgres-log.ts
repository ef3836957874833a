import pg from 'pg';
import { PostgresEventStore } from '../../lib/event-store/postgres/postgres-event-store.js';
import { EVENT_STORE_MIGRATIONS } from '../../lib/event-store/postgres/migrations/index.js';
import { migrate } from '../../lib/postgres/migrator.js';
import { PoolConnection } from '../../lib/postgres/pool-connection.js';
import { TEST_NAMES } from '../support/postgres-database.js';
import { startTestPostgres, type TestPostgres } from '../support/postgres-server.js';
import { createStorageContext } from '../support/storage-context.js';

/** Enough for logs of a million events; what is acknowledged is not synced to disk, so that no disk is measured. */
const SETTINGS = { shared_buffers: '1GB', max_wal_size: '4GB' };

/** An event store on a PostgreSQL server of its own, on which peers may have databases too. */
export interface PostgresLog {
  readonly server: TestPostgres;
  readonly store: PostgresEventStore;
  /** A client of the database of the store, as bare as there is one. */
  readonly client: pg.Pool;
  stop(): Promise<void>;
}

export async function openPostgresLog(): Promise<PostgresLog> {
  const server = await startTestPostgres({ settings: SETTINGS });
  const connectionString = await server.createDatabase();
  const connection = await PoolConnection.open({ connectionString });
  await migrate(connection, TEST_NAMES, [EVENT_STORE_MIGRATIONS]);
  const store = await PostgresEventStore.open({ ...(await createStorageContext()), connection, names: TEST_NAMES });
  const client = new pg.Pool({ connectionString });
  // A pool that was told to end does not wait for its connections, and the server may end them first.
  client.on('error', () => undefined);
  return {
    server,
    store,
    client,
    stop: async () => {
      await store.close();
      await Promise.all([connection.close(), client.end()]);
      await server.stop();
    },
  };
}
