import * as runner from 'vitest';
import { PROJECTION_MIGRATIONS } from '../../lib/projections/stores/postgres/migrations/index.js';
import { PostgresProjectionStore } from '../../lib/projections/stores/postgres/postgres-projection-store.js';
import { startEmbeddedDatabase, TEST_NAMES } from '../support/postgres-database.js';
import { projectionStoreSuite } from '../../lib/testing/contract/projection-store.suite.js';

projectionStoreSuite(
  'pglite',
  async () => {
    const database = await startEmbeddedDatabase([PROJECTION_MIGRATIONS]);
    const store = new PostgresProjectionStore(database.connection, TEST_NAMES);
    return {
      store,
      async close() {
        await store.close();
        await database.stop();
      },
    };
  },
  { runner },
);
