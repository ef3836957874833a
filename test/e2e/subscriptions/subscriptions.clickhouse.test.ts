import { clickhouse } from '../../../lib/clickhouse.js';
import { newDatabaseName, startTestClickHouse, type TestClickHouse } from '../../support/clickhouse-server.js';
import { subscriptionsSuite } from './subscriptions.suite.js';

let server: TestClickHouse;

subscriptionsSuite({
  name: 'ClickHouse',
  start: async () => void (server = await startTestClickHouse()),
  create: async () => {
    const { url, username, password } = server;
    const database = newDatabaseName();
    return () => clickhouse({ url, username, password, database, singleWriter: true });
  },
  stop: async () => server.stop(),
});
