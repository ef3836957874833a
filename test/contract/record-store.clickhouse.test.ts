import * as runner from 'vitest';
import { ClickHouseRecordStore } from '../../lib/projections/stores/clickhouse/clickhouse-record-store.js';
import { PROJECTION_MIGRATIONS } from '../../lib/projections/stores/clickhouse/migrations/index.js';
import { startTestDatabase } from '../support/clickhouse-database.js';
import { recordStoreSuite } from '../../lib/testing/contract/record-store.suite.js';
import { differencesOf } from './known-differences.js';

recordStoreSuite(
  'clickhouse',
  async () => {
    const database = await startTestDatabase([PROJECTION_MIGRATIONS]);
    const store = new ClickHouseRecordStore(database.connection);
    return {
      store,
      async close() {
        await store.close();
        await database.stop();
      },
    };
  },
  { runner, differences: differencesOf('record-store', 'clickhouse') },
);
