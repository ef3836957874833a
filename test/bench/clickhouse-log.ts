import { randomUUID } from 'node:crypto';
import type { ClickHouseConnection } from '../../lib/clickhouse/clickhouse-connection.js';
import type { ClickHouseEventStore } from '../../lib/event-store/clickhouse/clickhouse-event-store.js';
import type { StreamId } from '../../lib/event-store/stream-id.js';
import type { NewEvent } from '../../lib/events/new-event.js';
import { createTenantId } from '../../lib/tenancy/create-tenant-id.js';
import { openClickHouseEventStore } from '../support/clickhouse-event-store.js';
import { newDatabaseName, startTestClickHouse } from '../support/clickhouse-server.js';
import { Noted } from '../support/contract-events.js';

const TENANT = createTenantId('bench');

/** About 400 bytes of JSON, as a span or an order has. */
export function anEvent(): NewEvent {
  return { data: new Noted({ id: randomUUID(), text: 'x'.repeat(340) }) };
}

export function aStream(aggregateId: string = randomUUID()): StreamId {
  return { tenantId: TENANT, aggregateType: 'bench', aggregateId };
}

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
