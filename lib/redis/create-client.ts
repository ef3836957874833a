import type { Redis, RedisOptions } from 'ioredis';
import { loadPackage } from '../packages/load-package.js';
import type { ResolvedRedisOptions } from './redis-connection-options.js';

const FIRST_RETRY_MS = 50;
const MAX_RETRY_MS = 500;
const MAX_DOUBLINGS = 10;

/**
 * Loads the client and makes one. It connects at its first command, and again whenever the connection broke.
 *
 * @throws MissingPackageError when `ioredis` is not installed
 */
export async function createClient(
  options: ResolvedRedisOptions,
  purpose: string,
  behaviour: RedisOptions,
): Promise<Redis> {
  const { Redis } = await loadPackage({ name: 'ioredis', install: 'ioredis', purpose }, () => import('ioredis'));
  const client = { ...serverOptions(options), ...behaviour };
  return options.url === undefined ? new Redis(client) : new Redis(options.url, client);
}

function serverOptions(options: ResolvedRedisOptions): RedisOptions {
  const { host, port, username, password, db, tls, sentinels, sentinelName } = options;
  const named = { host, port, username, password, db, tls, name: sentinelName };
  return {
    ...Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined)),
    ...(sentinels === undefined ? {} : { sentinels: sentinels.map((sentinel) => ({ ...sentinel })) }),
    connectionName: 'event-sourcing-nestjs',
    lazyConnect: true,
    connectTimeout: options.connectTimeoutMs,
    // Answers look the same in all versions of the client.
    protocol: 2,
    retryStrategy: (times) => Math.min(FIRST_RETRY_MS * 2 ** Math.min(times - 1, MAX_DOUBLINGS), MAX_RETRY_MS),
  };
}
