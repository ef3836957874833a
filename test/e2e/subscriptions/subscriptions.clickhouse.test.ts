import { clickhouse } from '../../../lib/clickhouse.js';
import { newDatabaseName, startTestClickHouse, type TestClickHouse } from '../../support/clickhouse-server.js';
import { putAsideSuite } from './put-aside.suite.js';
import { retirementSuite } from './retirement.suite.js';
import { type Backend, subscriptionsSuite } from './subscriptions.suite.js';

let server: TestClickHouse;
let database: string;

const backend: Backend = {
  name: 'ClickHouse',
  start: async () => void (server = await startTestClickHouse()),
  create: async () => {
    const { url, username, password } = server;
    const name = (database = newDatabaseName());
    return () => clickhouse({ url, username, password, database: name, singleWriter: true });
  },
  merge: async () => (await server.connect(database)).command('OPTIMIZE TABLE projection_rows FINAL'),
  stop: async () => server.stop(),
};

subscriptionsSuite(backend);
putAsideSuite(backend);
retirementSuite(backend);
