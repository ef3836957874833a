import { PgliteConnection } from '../../lib/postgres/pglite-connection.js';
import { openPostgresEventStore } from '../support/postgres-event-store.js';
import { eventStoreSuite } from './event-store.suite.js';

eventStoreSuite('pglite', async (context) => {
  const connection = await PgliteConnection.open();
  const store = await openPostgresEventStore(connection, {}, context);
  return {
    store,
    close: async () => {
      await store.close();
      await connection.close();
    },
  };
});
