import * as runner from 'vitest';
import { EVENT_STORE_MIGRATIONS } from '../../lib/event-store/postgres/migrations/index.js';
import { PostgresEventStore } from '../../lib/event-store/postgres/postgres-event-store.js';
import { startEmbeddedDatabase, TEST_NAMES } from '../support/postgres-database.js';
import { eventStoreSuite } from '../../lib/testing/contract/event-store.suite.js';

eventStoreSuite(
  'pglite',
  async (context) => {
    const database = await startEmbeddedDatabase([EVENT_STORE_MIGRATIONS]);
    const store = await PostgresEventStore.open({ ...context, connection: database.connection, names: TEST_NAMES });
    return {
      store,
      log: store.log,
      close: async () => {
        await store.close();
        await database.stop();
      },
    };
  },
  { runner },
);
