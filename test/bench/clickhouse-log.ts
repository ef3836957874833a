import type { ClickHouseConnection } from '../../lib/clickhouse/clickhouse-connection.js';
import type { ClickHouseEventStore } from '../../lib/event-store/clickhouse/clickhouse-event-store.js';
import { openClickHouseEventStore } from '../support/clickhouse-event-store.js';
import { newDatabaseName, startTestClickHouse } from '../support/clickhouse-server.js';

/** An event store on an embedded ClickHouse of its own. */
export interface ClickHouseLog {
  readonly store: ClickHouseEventStore;
  readonly connection: ClickHouseConnection;
  stop(): Promise<void>;
}

export async function openClickHouseLog(): Promise<ClickHouseLog> {
  const server = await startTestClickHouse();
  const connection = await server.connect(newDatabaseName());
  const store = await openClickHouseEventStore(connection, { exclusiveServer: true });
  return {
    store,
    connection,
    stop: async () => {
      await store.close();
      await server.stop();
    },
  };
}
