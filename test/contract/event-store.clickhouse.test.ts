import { openClickHouseEventStore } from '../support/clickhouse-event-store.js';
import { newDatabaseName, startTestClickHouse } from '../support/clickhouse-server.js';
import { eventStoreSuite } from './event-store.suite.js';

eventStoreSuite('clickhouse', async (context) => {
  const server = await startTestClickHouse();
  const connection = await server.connect(newDatabaseName());
  const store = await openClickHouseEventStore(connection, {}, context);
  return {
    store,
    log: store.log,
    close: async () => {
      await store.close();
      await server.stop();
    },
  };
});
