import { migrate } from '../../lib/postgres/migrator.js';
import type { MigrationSet } from '../../lib/postgres/migrations.js';
import { PgliteConnection } from '../../lib/postgres/pglite-connection.js';
import { PoolConnection } from '../../lib/postgres/pool-connection.js';
import type { PostgresConnection } from '../../lib/postgres/postgres-connection.js';
import { schemaNames } from '../../lib/postgres/schema-names.js';
import { startTestPostgres } from './postgres-server.js';

/** The schema of tests, which each have a database of their own. */
export const TEST_NAMES = schemaNames('es_test');

/** A migrated database of its own. */
export interface TestDatabase {
  readonly connection: PostgresConnection;
  /** Closes the connection, and removes the data. */
  stop(): Promise<void>;
}

/** On a server of its own. Call it in `beforeAll`, and `stop()` in `afterAll`. When it rejects, no server is left. */
export async function startServerDatabase(migrations: readonly MigrationSet[]): Promise<TestDatabase> {
  const server = await startTestPostgres();
  try {
    const connection = await PoolConnection.open({ connectionString: await server.createDatabase() });
    await migrate(connection, TEST_NAMES, migrations);
    return { connection, stop: () => connection.close().finally(() => server.stop()) };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** Inside this process, in memory. */
export async function startEmbeddedDatabase(migrations: readonly MigrationSet[]): Promise<TestDatabase> {
  const connection = await PgliteConnection.open();
  await migrate(connection, TEST_NAMES, migrations);
  return { connection, stop: () => connection.close() };
}
