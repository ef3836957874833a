import * as runner from 'vitest';
import { ClickHouseProjectionStore } from '../../lib/projections/stores/clickhouse/clickhouse-projection-store.js';
import { PROJECTION_MIGRATIONS } from '../../lib/projections/stores/clickhouse/migrations/index.js';
import { startTestDatabase } from '../support/clickhouse-database.js';
import { projectionStoreSuite } from '../../lib/testing/contract/projection-store.suite.js';
import { differencesOf } from './known-differences.js';

projectionStoreSuite(
  'clickhouse',
  async () => {
    const database = await startTestDatabase([PROJECTION_MIGRATIONS]);
    const store = new ClickHouseProjectionStore(database.connection);
    return {
      store,
      async close() {
        await store.close();
        await database.stop();
      },
    };
  },
  { runner, differences: differencesOf('projection-store', 'clickhouse') },
);
