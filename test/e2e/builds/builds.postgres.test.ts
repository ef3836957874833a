import { postgres } from '../../../lib/postgres.js';
import { startTestPostgres, type TestPostgres } from '../../support/postgres-server.js';
import { buildsSuite } from './builds.suite.js';

let server: TestPostgres;

buildsSuite({
  name: 'PostgreSQL',
  start: async () => void (server = await startTestPostgres()),
  open: async () => postgres({ connectionString: await server.createDatabase() }),
  stop: async () => server.stop(),
});
