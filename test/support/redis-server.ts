import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { RedisConnection } from '../../lib/redis/redis-connection.js';
import type { RedisConnectionOptions } from '../../lib/redis/redis-connection-options.js';

const START_TIMEOUT_MS = 20_000;
const STOP_TIMEOUT_MS = 10_000;
const POLL_MS = 20;
/** What a server that loads slowly needs for one key, and how often it answers meanwhile. */
const SLOW_LOADING = { 'key-load-delay': '1000', 'loading-process-events-interval-bytes': '1024' };

/** A Redis server of its own for one test file, on a fresh directory. */
export interface TestRedis {
  readonly host: string;
  readonly port: number;
  readonly pid: number;
  /** Speaks to the server past the code under test. */
  readonly client: Redis;
  /** A connection of the library, closed by `stop()` at the latest. */
  connect(options?: RedisConnectionOptions): Promise<RedisConnection>;
  /** Forgets everything; the process goes on. */
  flush(): Promise<void>;
  /** Ends the server by SIGKILL, and starts it again on the same port, with or without what it had. */
  restart(memory: 'kept' | 'lost'): Promise<void>;
  /** Ends the server without starting it again. */
  kill(): Promise<void>;
  /** Starts it again after `kill()`. */
  start(): Promise<void>;
  /** Starts it again after `kill()`, with all that it saved, and resolves while it is still loading that. */
  startLoading(): Promise<void>;
  /** Closes what `connect()` opened, ends the server, removes its data. */
  stop(): Promise<void>;
}

/**
 * Call it in `beforeAll`, and `stop()` in `afterAll`. When it rejects, no server is left. With `cluster-enabled`, the
 * server is a cluster by itself.
 */
export async function startTestRedis(settings: Readonly<Record<string, string>> = {}): Promise<TestRedis> {
  const directory = await mkdtemp(join(tmpdir(), 'redis-test-'));
  const host = '127.0.0.1';
  const port = await freePort();
  const client = new Redis({ host, port, lazyConnect: true, retryStrategy: () => POLL_MS, maxRetriesPerRequest: null });
  client.on('error', () => undefined);
  const connections: RedisConnection[] = [];
  let server: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    server = run(directory, port, settings);
    await ready(server, client);
    if (settings['cluster-enabled'] === 'yes') await takeAllSlots(client);
  };
  const startLoading = async (): Promise<void> => {
    server = run(directory, port, { ...settings, ...SLOW_LOADING });
    await loading(port);
  };
  const kill = async (): Promise<void> => {
    if (server) await end(server, 'SIGKILL');
  };
  const stop = async (): Promise<void> => {
    for (const connection of connections) connection.close();
    client.disconnect();
    if (server) await end(server, 'SIGTERM');
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await start();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    host,
    port,
    client,
    get pid() {
      return server!.pid!;
    },
    connect: async (options = {}) => {
      const connection = await RedisConnection.open({ host, port, ...options });
      connections.push(connection);
      return connection;
    },
    flush: async () => void (await client.flushall()),
    restart: async (memory) => {
      if (memory === 'kept') await client.save();
      await kill();
      if (memory === 'lost') {
        for (const saved of ['dump.rdb', 'appendonlydir'])
          await rm(join(directory, saved), { recursive: true, force: true });
      }
      await start();
    },
    kill,
    start,
    startLoading,
    stop,
  };
}

function run(directory: string, port: number, settings: Readonly<Record<string, string>>): ChildProcess {
  const all = { bind: '127.0.0.1', port: `${port}`, dir: directory, save: '', appendonly: 'no', ...settings };
  const args = Object.entries(all).flatMap(([name, value]) => [`--${name}`, value]);
  const server = spawn('redis-server', args, { stdio: ['ignore', 'ignore', 'inherit'], cwd: tmpdir() });
  // Where the program is missing, `ready` says so.
  server.on('error', () => undefined);
  leash(server);
  return server;
}

/** Ends a server when this process ends, however that ends: a shell waits for the end of a pipe from here. */
function leash(server: ChildProcess): void {
  if (server.pid === undefined) return;
  const command = `cat >/dev/null; kill -KILL ${server.pid}`;
  const shell = spawn('sh', ['-c', command], { stdio: ['pipe', 'ignore', 'ignore'], cwd: tmpdir() });
  server.once('exit', () => {
    shell.kill('SIGKILL');
    shell.stdin.destroy();
  });
}

async function ready(server: ChildProcess, client: Redis): Promise<void> {
  if (server.pid === undefined) throw new Error('These tests need redis-server 7 or later in PATH.');
  const until = performance.now() + START_TIMEOUT_MS;
  if (client.status === 'wait') void client.connect().catch(() => undefined);
  while (performance.now() < until) {
    if (server.exitCode !== null) throw new Error(`redis-server ended with code ${server.exitCode}.`);
    const answer = await Promise.race([client.ping().catch(() => undefined), sleep(POLL_MS * 10)]);
    if (answer === 'PONG' && (await client.info('server')).includes(`process_id:${server.pid}`)) return;
    await sleep(POLL_MS);
  }
  throw new Error('redis-server did not start in time.');
}

/** Asked past the client, which connects once the server has loaded everything. */
async function loading(port: number): Promise<void> {
  const until = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < until) {
    const socket = connect(port, '127.0.0.1');
    try {
      socket.write('PING\r\n');
      const [answer] = (await once(socket, 'data')) as [Buffer];
      if (answer.toString().startsWith('-LOADING')) return;
      throw new Error(`redis-server had loaded everything at once, and answers ${answer.toString()}`);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ECONNREFUSED') throw error;
      await sleep(POLL_MS);
    } finally {
      socket.destroy();
    }
  }
  throw new Error('redis-server did not start in time.');
}

async function takeAllSlots(client: Redis): Promise<void> {
  const until = performance.now() + START_TIMEOUT_MS;
  const info = async (): Promise<string> => String(await client.cluster('INFO'));
  if ((await info()).includes('cluster_slots_assigned:0')) await client.cluster('ADDSLOTSRANGE', 0, 16_383);
  while (!(await info()).includes('cluster_state:ok')) {
    if (performance.now() > until) throw new Error('redis-server did not take its slots in time.');
    await sleep(POLL_MS);
  }
}

async function end(server: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const timer = setTimeout(() => server.kill('SIGKILL'), STOP_TIMEOUT_MS);
  server.kill(signal);
  await once(server, 'exit').finally(() => clearTimeout(timer));
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
