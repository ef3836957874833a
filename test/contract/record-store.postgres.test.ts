import * as runner from 'vitest';
import { PROJECTION_MIGRATIONS } from '../../lib/projections/stores/postgres/migrations/index.js';
import { PostgresRecordStore } from '../../lib/projections/stores/postgres/postgres-record-store.js';
import { startServerDatabase, TEST_NAMES } from '../support/postgres-database.js';
import { recordStoreSuite } from '../../lib/testing/contract/record-store.suite.js';

recordStoreSuite(
  'postgres',
  async () => {
    const database = await startServerDatabase([PROJECTION_MIGRATIONS]);
    const store = new PostgresRecordStore(database.connection, TEST_NAMES);
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
