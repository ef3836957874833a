import type { ConnectionOptions } from 'node:tls';
import { integerProblem } from '../errors/integer-problem.js';
import { InvalidArgumentError } from '../errors/invalid-argument.error.js';

const MAX_PORT = 65_535;

/**
 * Where Redis is: a `url`, or `host` and `port`, or `sentinels`. One server, with or without replicas; it may
 * be in cluster mode as long as it has the keys that are asked for.
 *
 * @publicApi
 */
export interface RedisConnectionOptions {
  /** `redis://user:password@host:6379/0`, or `rediss://…` for TLS. What else is given overrides its parts. */
  readonly url?: string;
  /** @default '127.0.0.1' */
  readonly host?: string;
  /** @default 6379 */
  readonly port?: number;
  readonly username?: string;
  readonly password?: string;
  /** Number of the database. @default 0 */
  readonly db?: number;
  /** Options of TLS; `{}` turns it on. */
  readonly tls?: ConnectionOptions;
  /** Sentinels that know the server; needs `sentinelName`. */
  readonly sentinels?: readonly { readonly host: string; readonly port: number }[];
  /** What the sentinels call the server. */
  readonly sentinelName?: string;
  /** Bound of the attempt to connect, and of the wait for a server that is still loading. @default 5_000 */
  readonly connectTimeoutMs?: number;
  /** How long a command waits for a connection that broke; then it fails with `RedisUnreachableError`. @default 2_000 */
  readonly reconnectWaitMs?: number;
  /** How long the answer to a command is waited for. @default 5_000 */
  readonly commandTimeoutMs?: number;
}

export type ResolvedRedisOptions = RedisConnectionOptions &
  Required<Pick<RedisConnectionOptions, 'connectTimeoutMs' | 'reconnectWaitMs' | 'commandTimeoutMs'>>;

/** @throws InvalidArgumentError */
export function resolveRedisOptions(options: RedisConnectionOptions): ResolvedRedisOptions {
  const resolved = {
    ...options,
    connectTimeoutMs: options.connectTimeoutMs ?? 5_000,
    reconnectWaitMs: options.reconnectWaitMs ?? 2_000,
    commandTimeoutMs: options.commandTimeoutMs ?? 5_000,
  };
  check('redis.connectTimeoutMs', resolved.connectTimeoutMs, 1);
  check('redis.reconnectWaitMs', resolved.reconnectWaitMs, 0);
  check('redis.commandTimeoutMs', resolved.commandTimeoutMs, 1);
  if (options.port !== undefined) check('redis.port', options.port, 1, MAX_PORT);
  if (options.db !== undefined) check('redis.db', options.db, 0);
  if (options.url !== undefined && !(URL.canParse(options.url) && /^rediss?:$/.test(new URL(options.url).protocol))) {
    throw new InvalidArgumentError('redis.url', 'must be a redis or rediss URL, such as redis://localhost:6379');
  }
  if ((options.sentinels === undefined) !== (options.sentinelName === undefined)) {
    throw new InvalidArgumentError('redis.sentinelName', 'must be given together with redis.sentinels');
  }
  return resolved;
}

function check(field: string, value: number, min: number, max?: number): void {
  const problem = integerProblem(value, min, max);
  if (problem !== null) throw new InvalidArgumentError(field, problem);
}
