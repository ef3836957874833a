import { InvalidArgumentError } from '../errors/invalid-argument.error.js';
import { checkIdentifier } from '../sql/identifier.js';

const DEFAULT_REQUEST_TIMEOUT_MS = 30_000;
const DEFAULT_MAX_OPEN_CONNECTIONS = 10;
/** One for statements and one for loops. */
const MIN_OPEN_CONNECTIONS = 2;
/** What part of them is kept for loops. */
const LOOPS_PART = 3;

export interface ClickHouseConnectionOptions {
  /** `http://host:8123` or `https://user:password@host:8443`, without a path. */
  readonly url: string;
  readonly database: string;
  /** Name of a cluster of replicas, as the servers' configuration has it. @default one server */
  readonly cluster?: string;
  /** @default the user in `url`, else 'default' */
  readonly username?: string;
  /** @default the password in `url`, else '' */
  readonly password?: string;
  /** Bound of one statement, on the server too (`max_execution_time`). @default 30_000 */
  readonly requestTimeoutMs?: number;
  /** Requests to the server at once; a third of them is kept for loops over rows. At least 2. @default 10 */
  readonly maxOpenConnections?: number;
}

/** The options with every default filled in and every value checked. */
export interface ResolvedConnectionOptions {
  readonly url: string;
  readonly database: string;
  readonly cluster?: string;
  readonly username: string;
  readonly password: string;
  readonly requestTimeoutMs: number;
  readonly maxStatements: number;
  readonly maxLoops: number;
}

/** @throws InvalidArgumentError */
export function resolveConnectionOptions(options: ClickHouseConnectionOptions): ResolvedConnectionOptions {
  const requestTimeoutMs = options.requestTimeoutMs ?? DEFAULT_REQUEST_TIMEOUT_MS;
  const sockets = options.maxOpenConnections ?? DEFAULT_MAX_OPEN_CONNECTIONS;
  checkAtLeast('requestTimeoutMs', requestTimeoutMs, 1);
  checkAtLeast('maxOpenConnections', sockets, MIN_OPEN_CONNECTIONS);
  const url = parseUrl(options.url);
  const maxLoops = Math.max(1, Math.floor(sockets / LOOPS_PART));
  return {
    url: url.origin,
    database: checkIdentifier('database', options.database),
    ...(options.cluster !== undefined && { cluster: checkIdentifier('cluster', options.cluster) }),
    username: options.username ?? (decodeURIComponent(url.username) || 'default'),
    password: options.password ?? decodeURIComponent(url.password),
    requestTimeoutMs,
    maxStatements: sockets - maxLoops,
    maxLoops,
  };
}

/** The client takes a path for a database and a query for settings, either of which would override ours. */
function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new InvalidArgumentError('url', 'must be an http or https URL, such as http://localhost:8123');
  }
  if (url.pathname !== '/' || url.search !== '') {
    throw new InvalidArgumentError('url', 'must have neither path nor query; name the database by the option database');
  }
  return url;
}

function checkAtLeast(field: string, value: number, least: number): void {
  if (!Number.isInteger(value) || value < least) {
    throw new InvalidArgumentError(field, `must be an integer of at least ${least}`);
  }
}
