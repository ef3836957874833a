import type { ClickHouseConnection } from '../../lib/clickhouse/clickhouse-connection.js';
import type { MigrationSet } from '../../lib/clickhouse/migrations.js';
import { migrate } from '../../lib/clickhouse/migrator.js';
import { newDatabaseName, startTestClickHouse } from './clickhouse-server.js';
import type { TestClickHouse } from './clickhouse-server.js';

/** A server of its own with one migrated database. */
export interface TestDatabase {
  readonly server: TestClickHouse;
  readonly connection: ClickHouseConnection;
  /** Ends the server and removes its data. */
  stop(): Promise<void>;
}

/** Call it in `beforeAll`, and `stop()` in `afterAll`. When it rejects, no server is left. */
export async function startTestDatabase(migrations: readonly MigrationSet[]): Promise<TestDatabase> {
  const server = await startTestClickHouse();
  try {
    const connection = await server.connect(newDatabaseName());
    await migrate(connection, migrations);
    return { server, connection, stop: () => server.stop() };
  } catch (error) {
    await server.stop();
    throw error;
  }
}
