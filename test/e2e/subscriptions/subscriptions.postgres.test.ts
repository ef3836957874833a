import { postgres } from '../../../lib/postgres.js';
import { startTestPostgres, type TestPostgres } from '../../support/postgres-server.js';
import { subscriptionsSuite } from './subscriptions.suite.js';

let server: TestPostgres;

subscriptionsSuite({
  name: 'PostgreSQL',
  start: async () => void (server = await startTestPostgres()),
  create: async () => {
    const connectionString = await server.createDatabase();
    return () => postgres({ connectionString });
  },
  stop: async () => server.stop(),
});
