import type { ClickHouseClient } from '@clickhouse/client';
import {
  BASE_SETTINGS,
  CLUSTER_SETTINGS,
  STREAM_IDLE_TIMEOUT_MS,
  type ClickHouseSettings,
} from './clickhouse-settings.js';
import type { ResolvedConnectionOptions } from './connection-options.js';
import { loadPackage } from '../packages/load-package.js';

/** Below the keep-alive time of every server version (3 s in old ones), so that no socket is used as the server drops it. */
const IDLE_SOCKET_TTL_MS = 2_500;

export interface Clients {
  readonly statements: ClickHouseClient;
  /** For results that come row by row: pages and loops. */
  readonly streams: ClickHouseClient;
  /** Names no database: a server refuses every statement that comes with the name of an unknown one. */
  readonly server: ClickHouseClient;
}

/** @throws MissingPackageError when `@clickhouse/client` is not installed */
export async function createClients(options: ResolvedConnectionOptions): Promise<Clients> {
  const { createClient, ClickHouseLogLevel } = await loadPackage(
    { name: '@clickhouse/client', install: '@clickhouse/client', purpose: 'The ClickHouse storage' },
    () => import('@clickhouse/client'),
  );
  const { url, username, password, database, requestTimeoutMs } = options;
  const common = (
    sockets: number,
    timeoutMs: number,
    settings: ClickHouseSettings,
  ): NonNullable<Parameters<typeof createClient>[0]> => ({
    url,
    username,
    password,
    application: 'event-sourcing-nestjs',
    request_timeout: timeoutMs,
    max_open_connections: sockets,
    keep_alive: { enabled: true, idle_socket_ttl: IDLE_SOCKET_TTL_MS, eagerly_destroy_stale_sockets: true },
    compression: { request: false, response: false },
    use_multipart_params_auto: true,
    // The client prints every error by default; ours are thrown, and told by whoever handles them.
    log: { level: ClickHouseLogLevel.OFF },
    clickhouse_settings: { ...BASE_SETTINGS, ...(options.cluster !== undefined && CLUSTER_SETTINGS), ...settings },
  });
  // The server ends a statement about when our side gives up on it, so that none runs on unobserved for long.
  const bounded = { max_execution_time: Math.ceil(requestTimeoutMs / 1000) };
  return {
    statements: createClient({ ...common(options.maxStatements, requestTimeoutMs, bounded), database }),
    streams: createClient({
      ...common(options.maxStatements + options.maxLoops, STREAM_IDLE_TIMEOUT_MS, {}),
      database,
    }),
    server: createClient(common(1, requestTimeoutMs, bounded)),
  };
}
