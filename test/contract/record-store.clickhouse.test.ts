import { ClickHouseRecordStore } from '../../lib/projections/stores/clickhouse/clickhouse-record-store.js';
import { PROJECTION_MIGRATIONS } from '../../lib/projections/stores/clickhouse/migrations/index.js';
import { startTestDatabase } from '../support/clickhouse-database.js';
import { recordStoreSuite } from './record-store.suite.js';

recordStoreSuite('clickhouse', async () => {
  const database = await startTestDatabase([PROJECTION_MIGRATIONS]);
  const store = new ClickHouseRecordStore(database.connection);
  return {
    store,
    async close() {
      await store.close();
      await database.stop();
    },
  };
});
