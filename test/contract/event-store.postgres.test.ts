import { PoolConnection } from '../../lib/postgres/pool-connection.js';
import { openPostgresEventStore } from '../support/postgres-event-store.js';
import { startTestPostgres } from '../support/postgres-server.js';
import { eventStoreSuite } from './event-store.suite.js';

eventStoreSuite('postgres', async (context) => {
  const server = await startTestPostgres();
  const connection = await PoolConnection.open({ connectionString: await server.createDatabase() });
  const store = await openPostgresEventStore(connection, {}, context);
  return {
    store,
    close: async () => {
      await store.close();
      await connection.close();
      await server.stop();
    },
  };
});
