import type { AnnouncementChannel } from '../announcements/announcement-channel.js';
import { ClickHouseConnection } from '../clickhouse/clickhouse-connection.js';
import type { ClickHouseConnectionOptions } from '../clickhouse/clickhouse-connection.js';
import { EmbeddedClickHouse } from '../clickhouse/embedded-clickhouse.js';
import { migrate } from '../clickhouse/migrator.js';
import { ServerClock } from '../clickhouse/server-clock.js';
import { ClosedError } from '../errors/closed.error.js';
import type { EventLog } from '../event-store/event-log.js';
import { InvalidArgumentError } from '../errors/invalid-argument.error.js';
import { ClickHouseEventStore } from '../event-store/clickhouse/clickhouse-event-store.js';
import { EVENT_STORE_MIGRATIONS } from '../event-store/clickhouse/migrations/index.js';
import { ClickHouseProjectionStore } from '../projections/stores/clickhouse/clickhouse-projection-store.js';
import { ClickHouseRecordStore } from '../projections/stores/clickhouse/clickhouse-record-store.js';
import { StoreUnavailableError } from '../event-store/store-unavailable.error.js';
import { PROJECTION_MIGRATIONS } from '../projections/stores/clickhouse/migrations/index.js';
import { checkRedisServer } from '../redis/check-redis-server.js';
import { RedisChannel } from '../redis/redis-channel.js';
import { RedisConnection } from '../redis/redis-connection.js';
import { RedisUnreachableError } from '../redis/redis-unreachable.error.js';
import type { RedisConnectionOptions } from '../redis/redis-connection-options.js';
import { answersInTime } from './answers-in-time.js';
import { ArbiterRequiredError } from './arbiter-required.error.js';
import type { ClickHouseStorageOptions } from './clickhouse-storage-options.js';
import { closeInOrder } from './close-in-order.js';
import type { Storage, StorageAdapter, StorageContext } from './storage.js';

const DEFAULT_DATABASE = 'event_sourcing';
const DEFAULT_PATH = '.data/clickhouse';

/**
 * Keeps events, projections and records in ClickHouse: without a `url` in an embedded one, in a child process on a data
 * directory; with it on a server.
 *
 * Opening it throws `ArbiterRequiredError`, `WriterLeaseHeldError` while another process appends without
 * Redis, `RedisUnsuitableError`, `EmbeddedDirectoryInUseError` and the like, `MissingPackageError`, `StoreUnavailableError`, `MigrationFailedError`
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
    return await openStores({ url, username, password }, options, context, { embedded: server });
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function openServer(url: string, options: ClickHouseStorageOptions, context: StorageContext): Promise<Storage> {
  const { username, password, cluster, singleWriter = false } = options;
  if (!singleWriter && options.redis === undefined) throw new ArbiterRequiredError();
  if (singleWriter && options.redis !== undefined) {
    throw new InvalidArgumentError('singleWriter', 'must not be given together with redis, which lets several append');
  }
  const redis = options.redis && (await openRedis(options.redis));
  const announcements = redis && options.redis && channelOf(redis, options.redis, options.database);
  try {
    return await openStores({ url, username, password, cluster }, options, context, { redis, announcements });
  } catch (error) {
    redis?.close();
    throw error;
  }
}

/** Beside the arbiter, which all who append have in common. */
function channelOf(
  redis: RedisConnection,
  options: RedisConnectionOptions,
  database = DEFAULT_DATABASE,
): AnnouncementChannel {
  const open = (): Promise<RedisConnection> =>
    RedisConnection.open(options, 'The announcements of clickhouse({ redis })');
  return new RedisChannel(`es:${database}:announcements`, open, redis);
}

async function openRedis(options: RedisConnectionOptions): Promise<RedisConnection> {
  const redis = await RedisConnection.open(options, 'The arbiter of clickhouse({ redis })').catch((cause) => {
    if (!(cause instanceof RedisUnreachableError)) throw cause;
    throw new StoreUnavailableError('Redis does not answer', { cause });
  });
  try {
    await answersInTime('Redis', () => checkRedisServer(redis));
    return redis;
  } catch (error) {
    redis.close();
    throw error;
  }
}

/** What the stores of one storage rest on besides the connection. */
interface Servers {
  /** A server of our own. */
  readonly embedded?: EmbeddedClickHouse;
  /** Where the arbiter is. */
  readonly redis?: RedisConnection;
  readonly announcements?: AnnouncementChannel;
}

async function openStores(
  server: Pick<ClickHouseConnectionOptions, 'url' | 'username' | 'password' | 'cluster'>,
  options: ClickHouseStorageOptions,
  context: StorageContext,
  servers: Servers,
): Promise<Storage> {
  const { database = DEFAULT_DATABASE, requestTimeoutMs, maxOpenConnections } = options;
  const connection = await ClickHouseConnection.open({ ...server, database, requestTimeoutMs, maxOpenConnections });
  try {
    await answersInTime('ClickHouse', () => connection.ping());
    await migrate(connection, [EVENT_STORE_MIGRATIONS, PROJECTION_MIGRATIONS]);
    const tools = { ...context, connection, serverClock: new ServerClock(connection), redis: servers.redis };
    // Embedded, the server is this process's own, and with it every writer before this one has ended.
    const exclusiveServer = servers.embedded !== undefined;
    const events = await ClickHouseEventStore.open(tools, { ...options.eventStore, exclusiveServer });
    return new ClickHouseStorage(connection, events, servers);
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** The stores of one connection, and the servers that they rest on. */
export class ClickHouseStorage implements Storage {
  readonly log: EventLog;
  readonly projections: ClickHouseProjectionStore;
  readonly records: ClickHouseRecordStore;
  private closing?: Promise<void>;

  constructor(
    private readonly connection: ClickHouseConnection,
    readonly events: ClickHouseEventStore,
    private readonly servers: Servers,
  ) {
    this.log = events.log;
    this.projections = new ClickHouseProjectionStore(connection);
    this.records = new ClickHouseRecordStore(connection);
  }

  get announcements(): AnnouncementChannel | undefined {
    return this.servers.announcements;
  }

  /** The server of our own, if it is one. */
  get embedded(): EmbeddedClickHouse | undefined {
    return this.servers.embedded;
  }

  async ping(): Promise<void> {
    if (this.closing) throw new ClosedError('The ClickHouse storage');
    this.checkAlive();
    if (this.events.problem) throw this.events.problem;
    try {
      await answersInTime('ClickHouse', () => this.connection.ping());
      await answersInTime('Redis', async () => this.servers.redis?.ping());
    } catch (error) {
      // The reason is worth more than the broken connection that follows from it.
      this.checkAlive();
      throw error;
    }
  }

  close(): Promise<void> {
    // What uses the connection first, the server last.
    this.closing ??= closeInOrder('ClickHouse', [
      () => Promise.all([this.events.close(), this.projections.close(), this.records.close()]),
      () => this.announcements?.close(),
      () => this.servers.redis?.close(),
      () => this.connection.close(),
      () => this.embedded?.stop(),
    ]);
    return this.closing;
  }

  private checkAlive(): void {
    if (this.embedded?.failure) throw this.embedded.failure;
  }
}
