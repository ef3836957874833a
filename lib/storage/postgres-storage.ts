import { ClosedError } from '../errors/closed.error.js';
import type { EventLog } from '../event-store/event-log.js';
import { EVENT_STORE_MIGRATIONS } from '../event-store/postgres/migrations/index.js';
import { PostgresEventStore } from '../event-store/postgres/postgres-event-store.js';
import { migrate } from '../postgres/migrator.js';
import { PgliteConnection } from '../postgres/pglite-connection.js';
import { PoolConnection } from '../postgres/pool-connection.js';
import { PostgresChannel } from '../postgres/postgres-channel.js';
import type { PostgresConnection } from '../postgres/postgres-connection.js';
import { schemaNames } from '../postgres/schema-names.js';
import type { SchemaNames } from '../postgres/schema-names.js';
import { PROJECTION_MIGRATIONS } from '../projections/stores/postgres/migrations/index.js';
import { PostgresProjectionStore } from '../projections/stores/postgres/postgres-projection-store.js';
import { PostgresRecordStore } from '../projections/stores/postgres/postgres-record-store.js';
import { answersInTime } from './answers-in-time.js';
import { closeInOrder } from './close-in-order.js';
import type { PostgresStorageOptions } from './postgres-storage-options.js';
import type { Storage, StorageAdapter, StorageContext } from './storage.js';

const DEFAULT_SCHEMA = 'event_sourcing';

/**
 * Keeps events, projections and records in PostgreSQL: with a `connectionString` or a `host` on a server, which any
 * number of processes write to at once; without them embedded in this process, on a data directory or in memory.
 *
 * Opening it throws `MissingPackageError`, `StoreUnavailableError`, `MigrationFailedError` and the like, `EmbeddedDirectoryLockedError` or `InvalidArgumentError`, and leaves no connection behind.
 *
 * @publicApi
 */
export function postgres(options: PostgresStorageOptions = {}): StorageAdapter {
  const embedded = options.connectionString === undefined && options.host === undefined;
  return {
    name: embedded ? 'postgres (embedded)' : 'postgres',
    durable: !embedded || options.path !== undefined,
    open: async (context) => {
      const names = schemaNames(options.schema ?? DEFAULT_SCHEMA);
      const connection = embedded ? await PgliteConnection.open(options.path) : await PoolConnection.open(options);
      return openStores(connection, names, options, context);
    },
  };
}

async function openStores(
  connection: PostgresConnection,
  names: SchemaNames,
  options: PostgresStorageOptions,
  context: StorageContext,
): Promise<Storage> {
  try {
    await answersInTime(connection.name, () => connection.ping());
    await migrate(connection, names, [EVENT_STORE_MIGRATIONS, PROJECTION_MIGRATIONS]);
    const events = await PostgresEventStore.open({ ...context, connection, names }, options.eventStore);
    const announcements =
      connection instanceof PoolConnection
        ? new PostgresChannel(names.schema, connection, () => connection.openClient())
        : undefined;
    return new PostgresStorage(connection, names, events, announcements);
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** The stores of one connection. */
class PostgresStorage implements Storage {
  readonly log: EventLog;
  readonly projections: PostgresProjectionStore;
  readonly records: PostgresRecordStore;
  private closing?: Promise<void>;

  constructor(
    private readonly connection: PostgresConnection,
    names: SchemaNames,
    readonly events: PostgresEventStore,
    readonly announcements: PostgresChannel | undefined,
  ) {
    this.log = events.log;
    this.projections = new PostgresProjectionStore(connection, names);
    this.records = new PostgresRecordStore(connection, names);
  }

  async ping(): Promise<void> {
    if (this.closing) throw new ClosedError('The PostgreSQL storage');
    await answersInTime(this.connection.name, () => this.connection.ping());
  }

  close(): Promise<void> {
    this.closing ??= closeInOrder(this.connection.name, [
      () => Promise.all([this.events.close(), this.projections.close(), this.records.close()]),
      () => this.announcements?.close(),
      () => this.connection.close(),
    ]);
    return this.closing;
  }
}
