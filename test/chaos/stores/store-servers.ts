import { newDatabaseName, startTestClickHouse } from '../../support/clickhouse-server.js';
import { startTestPostgres } from '../../support/postgres-server.js';
import type { StorePlan } from './store-plan.js';

/** A database server for the stores of a test file. */
export interface StoreServer {
  /** A store that no other test uses. */
  newStore(): Promise<StorePlan>;
  stop(): Promise<void>;
}

export const STORE_SERVERS: readonly (readonly [
  name: 'PostgreSQL' | 'ClickHouse',
  start: () => Promise<StoreServer>,
])[] = [
  [
    'PostgreSQL',
    async () => {
      const server = await startTestPostgres();
      return {
        newStore: async () => ({ kind: 'postgres', connectionString: await server.createDatabase() }),
        stop: () => server.stop(),
      };
    },
  ],
  [
    'ClickHouse',
    async () => {
      const server = await startTestClickHouse();
      const { url, username, password } = server;
      return {
        newStore: async () => ({ kind: 'clickhouse', url, username, password, database: newDatabaseName() }),
        stop: () => server.stop(),
      };
    },
  ],
];
