import type { ClickHouseEventStoreOptions } from '../event-store/clickhouse/clickhouse-event-store-options.js';
import type { RedisConnectionOptions } from '../redis/redis-connection-options.js';

/**
 * Where ClickHouse is: a server when there is a `url`, else embedded in a child process that ends with this one (needs
 * the packages `chdb` and `ffi-rs`). Options of the other way are ignored, so that both can stand there and
 * `url: process.env.CLICKHOUSE_URL` decides.
 *
 * @publicApi
 */
export interface ClickHouseStorageOptions {
  /** Server: `http://host:8123` or `https://…`, without credentials and database. @default embedded */
  readonly url?: string;
  /** Server. @default 'default' */
  readonly username?: string;
  /** Server. @default '' */
  readonly password?: string;
  /**
   * Server: any number of processes append at once, with their arbiter in this Redis (needs the package `ioredis`). Give
   * every process the same Redis, version 6.2 or later, with `maxmemory-policy noeviction`. Nothing in it needs to
   * survive: what it knows comes from the log.
   */
  readonly redis?: RedisConnectionOptions;
  /**
   * Server: says that one process at a time appends, so that no Redis is needed. A second process that appends is
   * refused at its boot.
   */
  readonly singleWriter?: boolean;
  /**
   * Server: name of a cluster of replicas, one shard. Tables are made on all of them and replicate; inserts are
   * acknowledged by most of them, and reads wait for those. **Untested on a cluster**: only that servers understand the
   * statements is. Set it before the first start, since tables are not changed afterwards.
   *
   * @default one server
   */
  readonly cluster?: string;
  /** Embedded: data directory; made when missing. One process at a time can use it. @default '.data/clickhouse' */
  readonly path?: string;
  /** Embedded: port on 127.0.0.1. @default a free one */
  readonly port?: number;
  /** Embedded: bound of the start of the engine. @default 30_000 */
  readonly startTimeoutMs?: number;
  /** Embedded: how long to wait for another process to release the data directory. @default 15_000 */
  readonly lockTimeoutMs?: number;
  /** A plain SQL identifier; made when missing. @default 'event_sourcing' */
  readonly database?: string;
  /** Bound of one statement, on the server too. @default 30_000 */
  readonly requestTimeoutMs?: number;
  /**
   * Requests to the server at once, at least 2; a third of them is kept for loops over `readAll()` and `scan()` of the event
   * store, which hold one each. @default 10
   */
  readonly maxOpenConnections?: number;
  /** Bounds of the event store. */
  readonly eventStore?: Omit<ClickHouseEventStoreOptions, 'exclusiveServer'>;
}
