import type { PostgresEventStoreOptions } from '../event-store/postgres/postgres-event-store-options.js';
import type { PostgresPoolOptions } from '../postgres/pool-options.js';

/**
 * Where PostgreSQL is: a server when there is a `connectionString` or a `host` (needs the package `pg`, and PostgreSQL
 * 14 or later), else embedded in this process (needs the package `@electric-sql/pglite`). Options of the other way are
 * ignored, so that both can stand there and `connectionString: process.env.DATABASE_URL` decides.
 *
 * @publicApi
 */
export interface PostgresStorageOptions extends PostgresPoolOptions {
  /** Embedded: data directory, made when missing. One process at a time can use it. @default in memory */
  readonly path?: string;
  /**
   * Schema of all tables, made when missing: a plain identifier in lower case. Installations in one database tell each
   * other apart by it.
   *
   * @default 'event_sourcing'
   */
  readonly schema?: string;
  /** Bounds of the event store. */
  readonly eventStore?: PostgresEventStoreOptions;
}
