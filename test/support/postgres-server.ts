import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { chmod, chown, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

const INITDB_TIMEOUT_MS = 40_000;
const START_TIMEOUT_MS = 20_000;
const STOP_TIMEOUT_MS = 10_000;
const POLL_MS = 50;
const DEBIAN_VERSIONS = '/usr/lib/postgresql';
const USER = 'tester';
const FIRST_VERSION_WITH_ICU_DATABASES = 150_000;

/** A PostgreSQL server of its own for one test file, on a fresh data directory. */
export interface TestPostgres {
  /** `postgres://…`, with the password, without a database. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Makes a database that no other case uses, and returns its URL. */
  createDatabase(): Promise<string>;
  /** Ends the server by SIGKILL and starts it again on the same data and port. */
  crash(): Promise<void>;
  /** Ends the server, removes its data. */
  stop(): Promise<void>;
}

interface Owner {
  readonly uid?: number;
  readonly gid?: number;
}

export interface TestPostgresOptions {
  /** Where the data directory is made. @default that of temporary files */
  readonly directory?: string;
  /** Settings of the server beside those of tests, which do not sync. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Call it in `beforeAll`, and `stop()` in `afterAll`. When it rejects, no server is left. */
export async function startTestPostgres(options: TestPostgresOptions = {}): Promise<TestPostgres> {
  const bin = findBinaries();
  const owner = findOwner();
  const directory = await mkdtemp(join(options.directory ?? tmpdir(), 'postgres-test-'));
  const port = await freePort();
  let server: ChildProcess | undefined;
  const stop = async (): Promise<void> => {
    if (server) await end(server, 'SIGINT');
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await chmod(directory, 0o700);
    if (owner.uid !== undefined) await chown(directory, owner.uid, owner.gid!);
    await initialize(bin, join(directory, 'data'), owner);
    const url = `postgres://${USER}@127.0.0.1:${port}`;
    const start = async (): Promise<void> => {
      server = run(bin, join(directory, 'data'), port, owner, options.settings);
      await ready(server, `${url}/postgres`);
    };
    /** The processes of a killed server may hold its memory for a moment, in which another one refuses to start. */
    const restart = async (): Promise<void> => {
      const until = performance.now() + START_TIMEOUT_MS;
      for (;;) {
        try {
          return await start();
        } catch (error) {
          if (performance.now() > until) throw error;
          await sleep(POLL_MS);
        }
      }
    };
    await start();
    return {
      url,
      port,
      get pid() {
        return server!.pid!;
      },
      createDatabase: () => createDatabase(url),
      crash: async () => {
        await end(server!, 'SIGKILL');
        await restart();
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** From the path, or where Debian puts them. @throws when there are none */
function findBinaries(): string {
  const debian = existsSync(DEBIAN_VERSIONS)
    ? readdirSync(DEBIAN_VERSIONS)
        .sort((a, b) => Number(b) - Number(a))
        .map((version) => join(DEBIAN_VERSIONS, version, 'bin'))
    : [];
  const found = [...debian, ...(process.env.PATH ?? '').split(delimiter)].find(
    (directory) => isExecutable(join(directory, 'postgres')) && isExecutable(join(directory, 'initdb')),
  );
  if (found === undefined) {
    throw new Error('These tests need PostgreSQL 14 or later: install it, so that postgres and initdb are in PATH.');
  }
  return found;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** PostgreSQL refuses to run as root; there the user that its package made has to do it. */
function findOwner(): Owner {
  if (process.getuid?.() !== 0) return {};
  for (const user of ['postgres', 'nobody']) {
    try {
      const id = (flag: string): number => Number(execFileSync('id', [flag, user], { encoding: 'utf8' }));
      return { uid: id('-u'), gid: id('-g') };
    } catch {
      continue;
    }
  }
  throw new Error('PostgreSQL refuses to run as root, and there is neither a user postgres nor nobody.');
}

async function initialize(bin: string, data: string, owner: Owner): Promise<void> {
  const args = ['-D', data, '-U', USER, '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync'];
  const child = spawn(join(bin, 'initdb'), args, { ...owner, stdio: ['ignore', 'ignore', 'pipe'], cwd: tmpdir() });
  const errors = collect(child);
  const timer = setTimeout(() => child.kill('SIGKILL'), INITDB_TIMEOUT_MS);
  const [code] = (await once(child, 'close').finally(() => clearTimeout(timer))) as [number | null];
  if (code !== 0) throw new Error(`initdb failed: ${errors()}`);
}

function run(
  bin: string,
  data: string,
  port: number,
  owner: Owner,
  more: Readonly<Record<string, string>> = {},
): ChildProcess {
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    fsync: 'off',
    full_page_writes: 'off',
    shared_buffers: '32MB',
    max_connections: '100',
    ...more,
  };
  const args = [
    '-D',
    data,
    '-p',
    `${port}`,
    ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]),
  ];
  const server = spawn(join(bin, 'postgres'), args, { ...owner, stdio: ['ignore', 'ignore', 'pipe'], cwd: tmpdir() });
  leash(server, owner);
  return server;
}

/** Ends a server when this process ends, however that ends: a shell waits for the end of a pipe from here. */
function leash(server: ChildProcess, owner: Owner): void {
  if (server.pid === undefined) return;
  const command = `cat >/dev/null; kill -INT ${server.pid}`;
  const shell = spawn('sh', ['-c', command], { ...owner, stdio: ['pipe', 'ignore', 'ignore'], cwd: tmpdir() });
  server.once('exit', () => {
    shell.kill('SIGKILL');
    shell.stdin.destroy();
  });
}

async function ready(server: ChildProcess, url: string): Promise<void> {
  const errors = collect(server);
  const until = performance.now() + START_TIMEOUT_MS;
  for (;;) {
    if (server.exitCode !== null) throw new Error(`PostgreSQL ended with code ${server.exitCode}: ${errors()}`);
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      if (performance.now() > until) throw new Error(`PostgreSQL did not start: ${errors()}`, { cause: error });
    }
    await sleep(POLL_MS);
  }
}

async function end(server: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const timer = setTimeout(() => server.kill('SIGKILL'), STOP_TIMEOUT_MS);
  server.kill(signal);
  await once(server, 'exit').finally(() => clearTimeout(timer));
}

function collect(child: ChildProcess): () => string {
  let text = '';
  child.stderr!.setEncoding('utf8').on('data', (chunk: string) => (text = (text + chunk).slice(-10_000)));
  return () => text;
}

async function createDatabase(url: string): Promise<string> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  const client = new pg.Client({ connectionString: `${url}/postgres` });
  await client.connect();
  try {
    const { rows } = await client.query<{ has_icu: boolean }>(
      `SELECT current_setting('server_version_num')::int >= ${FIRST_VERSION_WITH_ICU_DATABASES}
         AND EXISTS (SELECT FROM pg_collation WHERE collprovider = 'i') AS has_icu`,
    );
    // Sorted as people do it, so that an order by bytes is not there by chance.
    const order = rows[0]!.has_icu ? `LOCALE_PROVIDER icu ICU_LOCALE 'en-US' TEMPLATE template0` : '';
    await client.query(`CREATE DATABASE ${name} ${order}`);
  } finally {
    await client.end();
  }
  return `${url}/${name}`;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
