import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Beside the compiled code and not below the working directory, so that it is the same from wherever one starts. */
const DEFAULT_DATA_DIR = fileURLToPath(new URL('../.data', import.meta.url));

const MAX_PORT = 65_535;

/** What the environment says of this application. */
export interface Settings {
  /** 0 takes a free port. */
  readonly port: number;
  readonly host: string;
  readonly store: StoreSettings;
  /** A Redis server that carries the work from process to process. */
  readonly redisUrl?: string;
  /** The bank that the menu serves; the API serves all of them. */
  readonly tenant: string;
  /** Where it stands how often projections were to be built anew. */
  readonly rebuildsPath: string;
}

export type StoreSettings =
  /** Everything is gone with the process. */
  | { readonly kind: 'memory' }
  /** PostgreSQL in this process, with its data in a directory. */
  | { readonly kind: 'embedded'; readonly path: string }
  /** A PostgreSQL server. */
  | { readonly kind: 'server'; readonly url: string };

/** @throws Error that names the variable which is wrong */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const dataDir = env['DATA_DIR'] || DEFAULT_DATA_DIR;
  return {
    port: readPort(env),
    host: env['HOST'] || '127.0.0.1',
    store: readStore(env, dataDir),
    redisUrl: env['REDIS_URL'] || undefined,
    tenant: env['TENANT'] || 'acme',
    rebuildsPath: join(dataDir, 'rebuilds.json'),
  };
}

function readStore(env: NodeJS.ProcessEnv, dataDir: string): StoreSettings {
  const store = env['STORE'] || 'postgres';
  if (store === 'memory') return { kind: 'memory' };
  if (store !== 'postgres') throw new Error(`STORE must be postgres or memory, not "${store}".`);
  const url = env['DATABASE_URL'];
  return url ? { kind: 'server', url } : { kind: 'embedded', path: join(dataDir, 'postgres') };
}

function readPort(env: NodeJS.ProcessEnv): number {
  const text = env['PORT'] || '3000';
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= MAX_PORT) return port;
  throw new Error(`PORT must be an integer from 0 to ${MAX_PORT}, not "${text}".`);
}
