import { InvalidArgumentError } from '../errors/invalid-argument.error.js';
import { postgres } from '../storage/postgres-storage.js';
import type { PostgresStorageOptions } from '../storage/postgres-storage-options.js';
import { ContentEventStore, type ContentEventStoreOptions } from './content-event-store.js';

/** Where the database is, and how the log is read. @publicApi */
export interface PostgresEventStoreOptions extends PostgresStorageOptions, ContentEventStoreOptions {}

/**
 * In PostgreSQL: a server, whose database must be there, or with a `path` embedded. Any number of processes may write.
 *
 * @publicApi
 */
export class PostgresEventStore extends ContentEventStore {
  /** @throws InvalidArgumentError without a connection string, here or in the variable `DATABASE_URL`, a host or a path */
  constructor({ tenantId, pollMs, callTimeoutMs, closeTimeoutMs, ...options }: PostgresEventStoreOptions = {}) {
    const isNamed = options.host !== undefined || options.path !== undefined;
    const connectionString = options.connectionString ?? (isNamed ? undefined : process.env.DATABASE_URL);
    if (!isNamed && !connectionString) {
      throw new InvalidArgumentError('connectionString', 'must be given, or set the variable DATABASE_URL');
    }
    super(postgres({ ...options, connectionString }), { tenantId, pollMs, callTimeoutMs, closeTimeoutMs });
  }
}
