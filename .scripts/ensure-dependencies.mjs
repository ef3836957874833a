// Installs the dependencies from the lock file when they are missing or belong to another lock file.
// Runs before anything is installed, so it uses nothing but Node.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const INSTALL_LIMIT_MS = 10 * 60_000;
/** Embedded ClickHouse is built for these; the rest of the package runs wherever Node does. */
const EMBEDDED_PLATFORMS = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'];
const NPM_CI = [
  'ci',
  '--include=dev',
  '--include=optional',
  '--ignore-scripts',
  '--no-audit',
  '--no-fund',
  '--loglevel=error',
];

const HINTS = [
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT/,
    'The npm registry could not be reached. Connect this machine to it, or name one that it reaches: npm config set registry <url> (behind a proxy: npm config set https-proxy <url>).',
  ],
  [/EUSAGE/, 'package.json and package-lock.json differ. Run npm install and commit the lock file.'],
  [/EBADPLATFORM/, `A dependency has no build for ${platform()}. Use Linux (glibc) or macOS, on x64 or arm64.`],
  [/ENOSPC/, 'The disk is full: the dependencies need about 1 GB.'],
  [/EACCES|EPERM/, 'This user may not write node_modules or the npm cache. Make both belong to the user who runs npm.'],
];

const root = fileURLToPath(new URL('..', import.meta.url));

function readJson(path) {
  return JSON.parse(readFileSync(join(root, path), 'utf8'));
}

function platform() {
  return `${process.platform}-${process.arch}`;
}

/** Understands what `engines.node` of this package is written in: `^1.2.3` and `>=1.2.3`, joined by `||`. */
function satisfies(version, range) {
  const compare = (a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
  const parse = (text) => text.split('.').map(Number);
  const actual = parse(version);
  return range.split('||').some((part) => {
    const [, operator, minimum] = /^(\^|>=)(\d+\.\d+\.\d+)$/.exec(part.trim()) ?? [];
    if (!operator) throw new Error(`engines.node has a part that is neither ^1.2.3 nor >=1.2.3: ${part}`);
    return compare(actual, parse(minimum)) >= 0 && (operator === '>=' || actual[0] === parse(minimum)[0]);
  });
}

/** Why node_modules does not do, or undefined. npm leaves the tree it installed in node_modules/.package-lock.json. */
function reasonToInstall() {
  if (!existsSync(join(root, 'node_modules/.package-lock.json'))) return 'node_modules is missing or incomplete';
  const installed = readJson('node_modules/.package-lock.json').packages;
  for (const [path, wanted] of Object.entries(readJson('package-lock.json').packages)) {
    if (path === '') continue;
    const found = installed[path];
    if (!found && (wanted.optional || wanted.devOptional)) continue;
    if (!found || found.version !== wanted.version || found.integrity !== wanted.integrity) {
      return `${path} is not as package-lock.json wants it`;
    }
    if (!existsSync(join(root, path))) return `${path} is missing`;
  }
  return undefined;
}

function fail(message) {
  console.error(`\n${message}\n`);
  process.exit(1);
}

function install() {
  const npm = process.env.npm_execpath;
  const [command, ...args] = npm && basename(npm) === 'npm-cli.js' ? [process.execPath, npm] : ['npm'];
  const child = spawn(command, [...args, ...NPM_CI], { cwd: root, stdio: ['ignore', 'inherit', 'pipe'] });
  const timer = setTimeout(() => child.kill('SIGKILL'), INSTALL_LIMIT_MS);
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal) && process.exit(1));

  let errors = '';
  child.stderr.on('data', (chunk) => {
    process.stderr.write(chunk);
    errors = (errors + chunk).slice(-100_000);
  });
  child.on('error', (error) => fail(`npm could not be started (${error.message}). Install npm 10 or later.`));
  child.on('close', (code, signal) => {
    clearTimeout(timer);
    if (code === 0) return;
    const ending = signal
      ? `was ended by ${signal} (its limit is ${INSTALL_LIMIT_MS / 60_000} minutes)`
      : `failed with code ${code}`;
    const hint = HINTS.find(([pattern]) => pattern.test(errors))?.[1] ?? 'What npm says stands above.';
    fail(`The dependencies could not be installed: npm ci ${ending}.\n${hint}`);
  });
}

const { engines } = readJson('package.json');
if (!satisfies(process.versions.node, engines.node)) {
  fail(
    `This project needs Node ${engines.node}; this is ${process.version}. Install Node 24, 22 or 20: https://nodejs.org`,
  );
}
const reason = reasonToInstall();
if (reason) {
  if (!EMBEDDED_PLATFORMS.includes(platform())) {
    console.warn(
      `The embedded ClickHouse has no build for ${platform()}: start the sample with CLICKHOUSE_URL or STORE=memory; tests of ClickHouse fail here. Linux (glibc), macOS and WSL 2 have everything.`,
    );
  }
  console.log(`Installing dependencies, since ${reason} ...`);
  install();
}
