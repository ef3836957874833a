import { clickhouse } from '../../lib/clickhouse.js';
import type { StorageAdapter } from '../../lib/index.js';
import { postgres } from '../../lib/postgres.js';
import { newDatabaseName, startTestClickHouse } from './clickhouse-server.js';
import { startTestPostgres } from './postgres-server.js';

/** A server whose stores outlive the applications that open them. */
export interface DurableStores {
  /** A store of its own, which can be opened again and again. */
  create(): Promise<() => StorageAdapter>;
  stop(): Promise<void>;
}

/** Each by its name, to be started in `beforeAll` and stopped in `afterAll`. */
export const DURABLE_STORES: readonly (readonly [name: string, start: () => Promise<DurableStores>])[] = [
  [
    'PostgreSQL',
    async () => {
      const server = await startTestPostgres();
      return {
        async create() {
          const connectionString = await server.createDatabase();
          return () => postgres({ connectionString });
        },
        stop: () => server.stop(),
      };
    },
  ],
  [
    'ClickHouse',
    async () => {
      const server = await startTestClickHouse();
      return {
        async create() {
          const { url, username, password } = server;
          const database = newDatabaseName();
          return () => clickhouse({ url, username, password, database, singleWriter: true });
        },
        stop: () => server.stop(),
      };
    },
  ],
];
