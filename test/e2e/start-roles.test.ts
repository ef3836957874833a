import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { processesWith } from '../support/processes.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

const START_LIMIT_MS = 90_000;
const DEMO_LIMIT_MS = 120_000;
/** A few of each kind: the demo as a whole is run over one process, in the sample's own tests. */
const TRACES_PER_TENANT = '4';
const STOP_LIMIT_MS = 25_000;

let dataDir: string;
let npm: ChildProcess;
let output: string;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'start-roles-'));
  output = '';
  npm = spawn('npm', ['run', 'start:roles'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PORT: '0', DATA_DIR: dataDir, NO_COLOR: '1', CLICKHOUSE_URL: '', REDIS_URL: '' },
  });
  for (const stream of [npm.stdout!, npm.stderr!]) stream.on('data', (chunk: Buffer) => (output += chunk));
});

afterEach(async () => {
  if (npm.exitCode === null && npm.signalCode === null) {
    npm.kill('SIGTERM');
    await once(npm, 'exit', { signal: AbortSignal.timeout(STOP_LIMIT_MS) });
  }
  await rm(dataDir, { recursive: true, force: true });
});

it(
  'starts a web and a worker process with their servers, serves the demo, and leaves nothing behind',
  async () => {
    const [web, worker] = await eventually(() => {
      const urlOf = (what: string): string => {
        const url = new RegExp(`Listening on (http://\\S+) \\(${what}`).exec(output)?.[1];
        if (url === undefined) throw new Error(`Not yet (${what}):\n${output}`);
        return url;
      };
      return [urlOf('send'), urlOf('ask')];
    }, START_LIMIT_MS);
    for (const url of [web, worker]) expect((await fetch(`${url}/health`)).status).toBe(200);

    const demo = join(root, 'sample/01-trace-processing/dist/demo/main.js');
    const env = { ...process.env, PORT: new URL(web!).port, TRACES_PER_TENANT };
    // Ends with another code than 0 when any summary differs from the demo's own count.
    await promisify(execFile)(process.execPath, [demo], { env, timeout: DEMO_LIMIT_MS });

    expect(processesWith(dataDir)).not.toEqual([]);
    npm.kill('SIGTERM');
    const [code] = await once(npm, 'exit', { signal: AbortSignal.timeout(STOP_LIMIT_MS) });
    expect(code, output).toBe(0);
    expect(output).not.toMatch(/ERROR/);
    expect(processesWith(dataDir)).toEqual([]);
    for (const url of [web, worker]) await expect(fetch(`${url}/health`)).rejects.toThrow('fetch failed');
  },
  START_LIMIT_MS + DEMO_LIMIT_MS + STOP_LIMIT_MS,
);
