import { ClickHouseConnection } from '../clickhouse/clickhouse-connection.js';
import type { ClickHouseConnectionOptions } from '../clickhouse/clickhouse-connection.js';
import { EmbeddedClickHouse } from '../clickhouse/embedded-clickhouse.js';
import { migrate } from '../clickhouse/migrator.js';
import { ServerClock } from '../clickhouse/server-clock.js';
import { ClosedError } from '../errors/closed.error.js';
import { EventSourcingError } from '../errors/event-sourcing.error.js';
import { ClickHouseEventStore } from '../event-store/clickhouse/clickhouse-event-store.js';
import { EVENT_STORE_MIGRATIONS } from '../event-store/clickhouse/migrations/index.js';
import { StoreUnavailableError } from '../event-store/store-unavailable.error.js';
import { ClickHouseProjectionStore } from '../projections/stores/clickhouse/clickhouse-projection-store.js';
import { ClickHouseRecordStore } from '../projections/stores/clickhouse/clickhouse-record-store.js';
import { PROJECTION_MIGRATIONS } from '../projections/stores/clickhouse/migrations/index.js';
import type { ClickHouseStorageOptions } from './clickhouse-storage-options.js';
import { SingleWriterRequiredError } from './single-writer-required.error.js';
import type { Storage, StorageAdapter, StorageContext } from './storage.js';

const DEFAULT_DATABASE = 'event_sourcing';
const DEFAULT_PATH = '.data/clickhouse';
const PING_TIMEOUT_MS = 5_000;

/**
 * Keeps events, projections and records in ClickHouse: without a `url` in an embedded one, in a child process on a data
 * directory; with it on a server.
 *
 * Opening it throws `SingleWriterRequiredError`, `WriterLeaseHeldError` while another process appends,
 * `EmbeddedDirectoryInUseError` and the like, `MissingPackageError`, `StoreUnavailableError`, `MigrationFailedError`
 * or `InvalidArgumentError`, and leaves no connection and no process behind.
 *
 * @publicApi
 */
export function clickhouse(options: ClickHouseStorageOptions = {}): StorageAdapter {
  const { url } = options;
  return {
    name: url === undefined ? 'clickhouse (embedded)' : 'clickhouse',
    durable: true,
    open: (context) => (url === undefined ? openEmbedded(options, context) : openServer(url, options, context)),
  };
}

async function openEmbedded(options: ClickHouseStorageOptions, context: StorageContext): Promise<Storage> {
  const { path = DEFAULT_PATH, port, startTimeoutMs, lockTimeoutMs } = options;
  const server = await EmbeddedClickHouse.start({ path, port, startTimeoutMs, lockTimeoutMs });
  const { url, username, password } = server;
  try {
    return await openStores({ url, username, password }, options, context, server);
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function openServer(url: string, options: ClickHouseStorageOptions, context: StorageContext): Promise<Storage> {
  if (options.singleWriter !== true) throw new SingleWriterRequiredError();
  const { username, password } = options;
  return openStores({ url, username, password }, options, context, undefined);
}

async function openStores(
  server: Pick<ClickHouseConnectionOptions, 'url' | 'username' | 'password'>,
  options: ClickHouseStorageOptions,
  context: StorageContext,
  embedded: EmbeddedClickHouse | undefined,
): Promise<Storage> {
  const { database = DEFAULT_DATABASE, requestTimeoutMs, maxOpenConnections } = options;
  const connection = await ClickHouseConnection.open({ ...server, database, requestTimeoutMs, maxOpenConnections });
  try {
    await ping(connection);
    await migrate(connection, [EVENT_STORE_MIGRATIONS, PROJECTION_MIGRATIONS]);
    const tools = { ...context, connection, serverClock: new ServerClock(connection) };
    // Embedded, the server is this process's own, and with it every writer before this one has ended.
    const exclusiveServer = embedded !== undefined;
    const events = await ClickHouseEventStore.open(tools, { ...options.eventStore, exclusiveServer });
    return new ClickHouseStorage(connection, events, embedded);
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** The stores of one connection, and the embedded server that it goes to, if any. */
export class ClickHouseStorage implements Storage {
  readonly projections: ClickHouseProjectionStore;
  readonly records: ClickHouseRecordStore;
  private closing?: Promise<void>;

  constructor(
    private readonly connection: ClickHouseConnection,
    readonly events: ClickHouseEventStore,
    readonly embedded: EmbeddedClickHouse | undefined,
  ) {
    this.projections = new ClickHouseProjectionStore(connection);
    this.records = new ClickHouseRecordStore(connection);
  }

  async ping(): Promise<void> {
    if (this.closing) throw new ClosedError('The ClickHouse storage');
    this.checkAlive();
    if (this.events.problem) throw this.events.problem;
    try {
      await ping(this.connection);
    } catch (error) {
      // The reason is worth more than the broken connection that follows from it.
      this.checkAlive();
      throw error;
    }
  }

  close(): Promise<void> {
    this.closing ??= this.closeInOrder();
    return this.closing;
  }

  /** What uses the connection first, the server last; each has its own bound, and none keeps the next from its turn. */
  private async closeInOrder(): Promise<void> {
    const steps = [
      () => Promise.all([this.events.close(), this.projections.close(), this.records.close()]),
      () => this.connection.close(),
      () => this.embedded?.stop(),
    ];
    const errors: unknown[] = [];
    for (const step of steps) {
      try {
        await step();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0)
      throw errors.length === 1 ? errors[0] : new AggregateError(errors, 'Closing ClickHouse failed');
  }

  private checkAlive(): void {
    if (this.embedded?.failure) throw this.embedded.failure;
  }
}

/** @throws StoreUnavailableError with the reason as its cause */
async function ping(connection: ClickHouseConnection): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${PING_TIMEOUT_MS} ms`)), PING_TIMEOUT_MS);
  });
  try {
    await Promise.race([connection.ping(), timeout]);
  } catch (cause) {
    if (cause instanceof EventSourcingError) throw cause;
    const reason = cause instanceof Error ? cause.message || String(cause) : String(cause);
    throw new StoreUnavailableError(`ClickHouse does not answer (${reason.trim()})`, { cause });
  } finally {
    clearTimeout(timer);
  }
}
