import type { ConnectionOptions } from 'node:tls';
import { integerProblem } from '../errors/integer-problem.js';
import { InvalidArgumentError } from '../errors/invalid-argument.error.js';

const DEFAULT_MAX_CONNECTIONS = 10;
const DEFAULT_CONNECT_TIMEOUT_MS = 10_000;
const DEFAULT_STATEMENT_TIMEOUT_MS = 30_000;

/** How a PostgreSQL server is reached. @publicApi */
export interface PostgresPoolOptions {
  /** `postgres://user:password@host:5432/database`. Its parts win over the other options. */
  readonly connectionString?: string;
  readonly host?: string;
  /** @default 5432 */
  readonly port?: number;
  readonly user?: string;
  readonly password?: string;
  readonly database?: string;
  /** @default false, or what `connectionString` says */
  readonly ssl?: boolean | ConnectionOptions;
  /** Connections of the pool. @default 10 */
  readonly maxConnections?: number;
  /** Longest wait for a connection, be it a new one or a free one. @default 10_000 */
  readonly connectTimeoutMs?: number;
  /** Bound of one statement, on the server. @default 30_000 */
  readonly statementTimeoutMs?: number;
}

export interface ResolvedPoolOptions extends PostgresPoolOptions {
  readonly maxConnections: number;
  readonly connectTimeoutMs: number;
  readonly statementTimeoutMs: number;
}

/** @throws InvalidArgumentError */
export function resolvePoolOptions(options: PostgresPoolOptions): ResolvedPoolOptions {
  const { connectionString, host } = options;
  if (connectionString === undefined && host === undefined) {
    throw new InvalidArgumentError('connectionString', 'must be given, or a host');
  }
  if (connectionString !== undefined && !/^postgres(ql)?:\/\//.test(connectionString)) {
    throw new InvalidArgumentError('connectionString', 'must begin with postgres:// or postgresql://');
  }
  return {
    ...options,
    maxConnections: checkInteger('maxConnections', options.maxConnections ?? DEFAULT_MAX_CONNECTIONS),
    connectTimeoutMs: checkInteger('connectTimeoutMs', options.connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS),
    statementTimeoutMs: checkInteger('statementTimeoutMs', options.statementTimeoutMs ?? DEFAULT_STATEMENT_TIMEOUT_MS),
  };
}

function checkInteger(field: string, value: number): number {
  const problem = integerProblem(value, 1);
  if (problem !== null) throw new InvalidArgumentError(field, problem);
  return value;
}
