import { clickhouse } from '../../../lib/clickhouse.js';
import { newDatabaseName, startTestClickHouse, type TestClickHouse } from '../../support/clickhouse-server.js';
import { buildsSuite } from './builds.suite.js';

let server: TestClickHouse;

buildsSuite({
  name: 'ClickHouse',
  start: async () => void (server = await startTestClickHouse()),
  open: async () => {
    const { url, username, password } = server;
    return clickhouse({ url, username, password, database: newDatabaseName(), singleWriter: true });
  },
  stop: async () => server.stop(),
});
