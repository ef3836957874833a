// Starts the sample as a web and a worker process, for local work: npm run start:roles
//
// Both share a ClickHouse and a Redis server: those of CLICKHOUSE_URL and REDIS_URL, else ones that are started here and
// keep their data below the sample. PORT is that of the web process, the worker answers /health on the next one.
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EmbeddedClickHouse } from '../dist/clickhouse/embedded-clickhouse.js';

const DEFAULT_PORT = 3_000;
const sample = fileURLToPath(new URL('../sample/01-trace-processing', import.meta.url));
const data = process.env.DATA_DIR ?? join(sample, '.data/roles');
/** Whatever must end before the servers may. */
const processes = new Map();
const servers = [];
let stopping;

function run(name, command, args, env = {}) {
  const child = spawn(command, args, {
    cwd: sample,
    env: { ...process.env, ...env },
    stdio: 'inherit',
    detached: true,
  });
  const ended = new Promise((resolve) => {
    child.once('error', (error) => resolve(console.error(`${name}: ${error.message}`)));
    child.once('exit', resolve);
  });
  void ended.then(() => stopping ?? stop(1));
  return { ended, kill: () => child.kill('SIGTERM') };
}

async function end({ kill, ended }) {
  kill();
  await ended;
}

/** Once, however often it is asked for: the processes first, then what they need. */
function stop(code) {
  process.exitCode ??= code;
  stopping ??= Promise.all([...processes.values()].map(end)).then(() =>
    Promise.all(servers.map((stopServer) => stopServer())),
  );
  return stopping;
}

async function startClickHouse() {
  if (process.env.CLICKHOUSE_URL) return {};
  const server = await EmbeddedClickHouse.start({ path: join(data, 'clickhouse'), onExit: () => stop(1) });
  servers.push(() => server.stop());
  return { CLICKHOUSE_URL: server.url, CLICKHOUSE_USER: server.username, CLICKHOUSE_PASSWORD: server.password };
}

async function startRedis() {
  if (process.env.REDIS_URL) return {};
  const dir = join(data, 'redis');
  mkdirSync(dir, { recursive: true });
  const port = await freePort();
  const settings = { bind: '127.0.0.1', port, dir, appendonly: 'yes', save: '', loglevel: 'warning' };
  const server = run(
    'redis-server',
    'redis-server',
    Object.entries(settings).flatMap(([name, value]) => [`--${name}`, `${value}`]),
  );
  servers.push(() => end(server));
  return { REDIS_URL: `redis://127.0.0.1:${port}` };
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => void stop(0));

const env = { ...(await startClickHouse()), ...(await startRedis()) };
const port = Number(process.env.PORT || DEFAULT_PORT);
const main = ['--max-semi-space-size=64', '--enable-source-maps', 'dist/main.js'];
for (const [role, rolePort] of [
  ['web', port],
  ['worker', port === 0 ? 0 : port + 1],
]) {
  if (stopping) break;
  const roleEnv = { ...env, EVENT_SOURCING_ROLE: role, PORT: `${rolePort}` };
  processes.set(role, run(role, process.execPath, main, roleEnv));
}
