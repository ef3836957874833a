// Sees to it that the servers which the tests start are installed: PostgreSQL 14 or later, from PATH or where Debian puts
// it, and Redis 7 or later, from PATH. Where one is missing, apt-get installs it, if this user may; else this says what
// to do.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const INSTALL_LIMIT_MS = 5 * 60_000;
const DEBIAN_VERSIONS = '/usr/lib/postgresql';
const MIN_POSTGRES_VERSION = 14;
const MIN_REDIS_VERSION = [7, 0];

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The major version of the PostgreSQL in a directory, or 0. */
function versionIn(directory) {
  if (!isExecutable(join(directory, 'postgres')) || !isExecutable(join(directory, 'initdb'))) return 0;
  const { stdout } = spawnSync(join(directory, 'postgres'), ['--version'], { encoding: 'utf8', timeout: 10_000 });
  return Number(/(\d+)/.exec(stdout ?? '')?.[1] ?? 0);
}

function hasPostgres() {
  const debian = existsSync(DEBIAN_VERSIONS)
    ? readdirSync(DEBIAN_VERSIONS).map((version) => join(DEBIAN_VERSIONS, version, 'bin'))
    : [];
  const directories = [...debian, ...(process.env.PATH ?? '').split(delimiter)];
  return directories.some((directory) => versionIn(directory) >= MIN_POSTGRES_VERSION);
}

function hasRedis() {
  const { stdout } = spawnSync('redis-server', ['--version'], { encoding: 'utf8', timeout: 10_000 });
  const [, major = 0, minor = 0] = (/v=(\d+)\.(\d+)/.exec(stdout ?? '') ?? []).map(Number);
  const [minMajor, minMinor] = MIN_REDIS_VERSION;
  return major > minMajor || (major === minMajor && minor >= minMinor);
}

function aptGet(...args) {
  const { status } = spawnSync('apt-get', args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: INSTALL_LIMIT_MS,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  return status === 0;
}

const SERVERS = [
  {
    name: `PostgreSQL ${MIN_POSTGRES_VERSION} or later (the programs postgres and initdb)`,
    isThere: hasPostgres,
    debian: 'postgresql',
    homebrew: 'postgresql',
  },
  {
    name: `Redis ${MIN_REDIS_VERSION.join('.')} or later (the program redis-server)`,
    isThere: hasRedis,
    debian: 'redis-server',
    homebrew: 'redis',
  },
];

function fail({ name, debian, homebrew }, reason) {
  console.error(
    `\nThe tests need ${name}, and ${reason}. Install it:\n` +
      `  Debian, Ubuntu: sudo apt-get install ${debian}      macOS: brew install ${homebrew}\n`,
  );
  process.exit(1);
}

for (const server of SERVERS) {
  if (server.isThere()) continue;
  const hasAptGet = (process.env.PATH ?? '')
    .split(delimiter)
    .some((directory) => isExecutable(join(directory, 'apt-get')));
  if (!hasAptGet) fail(server, 'there is no apt-get to install it with');
  if (process.getuid?.() !== 0) fail(server, 'this user may not install it');
  console.log(`Installing ${server.debian} for the tests, since there is none ...`);
  aptGet('update');
  if (!aptGet('install', '--yes', '--no-install-recommends', server.debian)) {
    fail(server, 'apt-get could not install it');
  }
  if (!server.isThere()) fail(server, 'what apt-get installed is older');
}
