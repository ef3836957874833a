import { postgres } from '../../lib/postgres.js';
import { startTestPostgres, type TestPostgres } from '../support/postgres-server.js';
import { openedTwice } from '../support/opened-twice.js';
import { liveEventsSuite } from './live-events.suite.js';

let server: TestPostgres;

liveEventsSuite({
  name: 'PostgreSQL',
  start: async () => void (server = await startTestPostgres()),
  create: async () => {
    const adapter = postgres({ connectionString: await server.createDatabase() });
    return openedTwice(adapter);
  },
  stop: () => server.stop(),
});
