import { postgres } from '../../lib/postgres.js';
import { startTestPostgres, type TestPostgres } from '../support/postgres-server.js';
import { createStorageContext } from '../support/storage-context.js';
import { liveEventsSuite } from './live-events.suite.js';

let server: TestPostgres;

liveEventsSuite({
  name: 'PostgreSQL',
  start: async () => void (server = await startTestPostgres()),
  create: async () => {
    const adapter = postgres({ connectionString: await server.createDatabase() });
    const writer = await adapter.open(await createStorageContext());
    const reader = await adapter.open(await createStorageContext());
    return {
      ...{ writer, reader },
      close: async () => {
        await writer.close();
        await reader.close();
      },
    };
  },
  stop: () => server.stop(),
});
