import { fileURLToPath } from 'node:url';
import type { ProcessRole } from '@event-sourcing/nestjs';

/** Beside the compiled code and not below the working directory, so that it is the same from wherever one starts. */
const DEFAULT_DATA_DIR = fileURLToPath(new URL('../.data/clickhouse', import.meta.url));

const MAX_PORT = 65_535;
const MAX_BODY_BYTES = 1_073_741_824;

/** What the environment says of this application. */
export interface Settings {
  /** 0 takes a free port. */
  readonly port: number;
  readonly host: string;
  /** Upper bound of a request body in bytes, after decompression. */
  readonly maxBodyBytes: number;
  readonly role: ProcessRole;
  readonly store: StoreSettings;
  /** A Redis server that carries the work from process to process, and keeps their appends apart. */
  readonly redisUrl?: string;
}

export type StoreSettings =
  /** Everything is gone with the process. */
  | { readonly kind: 'memory' }
  /** ClickHouse in a child process, with its data in a directory. */
  | { readonly kind: 'embedded'; readonly path: string }
  /** A ClickHouse server. */
  | { readonly kind: 'server'; readonly url: string; readonly username?: string; readonly password?: string };

/** Reads the environment once. @throws Error that names the variable which is wrong */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const store = readStore(env);
  const redisUrl = env['REDIS_URL'] || undefined;
  const role = readRole(env);
  if (role !== 'all' && !(store.kind === 'server' && redisUrl)) {
    throw new Error(`EVENT_SOURCING_ROLE=${role} needs CLICKHOUSE_URL and REDIS_URL, which all processes share.`);
  }
  return {
    port: readInteger(env, 'PORT', 3_000, MAX_PORT),
    host: env['HOST'] || '127.0.0.1',
    maxBodyBytes: readInteger(env, 'MAX_BODY_BYTES', 4_194_304, MAX_BODY_BYTES),
    role,
    store,
    redisUrl,
  };
}

/** Whether this process serves more than its health. Asked before anything can fail, when modules are put together. */
export function servesApi(env: NodeJS.ProcessEnv): boolean {
  return env['EVENT_SOURCING_ROLE'] !== 'worker';
}

function readRole(env: NodeJS.ProcessEnv): ProcessRole {
  const role = env['EVENT_SOURCING_ROLE'] || 'all';
  if (role === 'web' || role === 'worker' || role === 'all') return role;
  throw new Error(`EVENT_SOURCING_ROLE must be web, worker or all, not "${role}".`);
}

function readStore(env: NodeJS.ProcessEnv): StoreSettings {
  const store = env['STORE'] || 'clickhouse';
  if (store === 'memory') return { kind: 'memory' };
  if (store !== 'clickhouse') throw new Error(`STORE must be clickhouse or memory, not "${store}".`);
  const url = env['CLICKHOUSE_URL'];
  if (!url) return { kind: 'embedded', path: env['DATA_DIR'] || DEFAULT_DATA_DIR };
  return { kind: 'server', url, username: env['CLICKHOUSE_USER'], password: env['CLICKHOUSE_PASSWORD'] };
}

function readInteger(env: NodeJS.ProcessEnv, name: string, defaultValue: number, max: number): number {
  const text = env[name] || String(defaultValue);
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= max) return value;
  throw new Error(`${name} must be an integer from 0 to ${max}, not "${text}".`);
}
