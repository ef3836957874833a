// Sees to it that the servers which the tests start are installed: PostgreSQL 14 or later, from PATH or where Debian puts
// it. Where it is missing, apt-get installs it, if this user may; else this says what to do.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const INSTALL_LIMIT_MS = 5 * 60_000;
const DEBIAN_VERSIONS = '/usr/lib/postgresql';
const MIN_VERSION = 14;

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
  return directories.some((directory) => versionIn(directory) >= MIN_VERSION);
}

function aptGet(...args) {
  const { status } = spawnSync('apt-get', args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: INSTALL_LIMIT_MS,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  return status === 0;
}

function fail(reason) {
  console.error(
    `\nThe tests need PostgreSQL ${MIN_VERSION} or later (the programs postgres and initdb), and ${reason}. Install it:\n` +
      '  Debian, Ubuntu: sudo apt-get install postgresql      macOS: brew install postgresql\n',
  );
  process.exit(1);
}

if (!hasPostgres()) {
  const hasAptGet = (process.env.PATH ?? '')
    .split(delimiter)
    .some((directory) => isExecutable(join(directory, 'apt-get')));
  if (!hasAptGet) fail('there is no apt-get to install it with');
  if (process.getuid?.() !== 0) fail('this user may not install it');
  console.log('Installing PostgreSQL for the tests, since there is none ...');
  aptGet('update');
  if (!aptGet('install', '--yes', '--no-install-recommends', 'postgresql')) fail('apt-get could not install it');
  if (!hasPostgres()) fail('what apt-get installed is older');
}
