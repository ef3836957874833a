import { postgres } from '../../../lib/postgres.js';
import { startTestPostgres, type TestPostgres } from '../../support/postgres-server.js';
import { putAsideSuite } from './put-aside.suite.js';
import { retirementSuite } from './retirement.suite.js';
import { type Backend, subscriptionsSuite } from './subscriptions.suite.js';

let server: TestPostgres;

const backend: Backend = {
  name: 'PostgreSQL',
  start: async () => void (server = await startTestPostgres()),
  create: async () => {
    const connectionString = await server.createDatabase();
    return () => postgres({ connectionString });
  },
  stop: async () => server.stop(),
};

subscriptionsSuite(backend);
putAsideSuite(backend);
retirementSuite(backend);
