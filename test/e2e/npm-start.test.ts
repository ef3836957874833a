import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

const START_LIMIT_MS = 90_000;
const STOP_LIMIT_MS = 25_000;

let dataDir: string;
let npm: ChildProcess;
let output: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'npm-start-'));
  output = '';
  // In a group of its own, so that whatever a failing test leaves running can be ended with it.
  npm = spawn('npm', ['start'], {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PORT: '0', DATA_DIR: dataDir, NO_COLOR: '1' },
  });
});

afterEach(() => {
  try {
    process.kill(-Number(npm.pid), 'SIGKILL');
  } catch {
    // The whole group has ended, as it should.
  }
  rmSync(dataDir, { recursive: true, force: true, maxRetries: 10, retryDelay: 500 });
});

function url(): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (what: string) => reject(new Error(`npm start ${what}:\n${output}`));
    const timer = setTimeout(() => fail(`printed no URL in ${START_LIMIT_MS} ms`), START_LIMIT_MS);
    const read = (chunk: Buffer) => {
      output += chunk;
      const found = /Listening on (http:\/\/[^\s:]+:\d+)/.exec(output)?.[1];
      if (!found) return;
      clearTimeout(timer);
      resolve(found);
    };
    npm.stdout?.on('data', read);
    npm.stderr?.on('data', read);
    npm.once('exit', (code) => fail(`ended with code ${code}`));
  });
}

/** Whether any process of npm's group is left. */
function groupIsAlive(): boolean {
  try {
    return process.kill(-Number(npm.pid), 0);
  } catch {
    return false;
  }
}

it.each(['SIGTERM', 'SIGINT'] as const)(
  'serves at the printed URL until %s, and leaves nothing behind',
  async (signal) => {
    const address = await url();
    const health = await fetch(`${address}/health`);
    expect(health.status, await health.text()).toBe(200);

    // To npm alone, as a process manager sends it.
    npm.kill(signal);
    const [code] = await once(npm, 'exit', { signal: AbortSignal.timeout(STOP_LIMIT_MS) });

    expect(code, output).toBe(0);
    expect(groupIsAlive()).toBe(false);
    await expect(fetch(`${address}/health`)).rejects.toThrow('fetch failed');
  },
);
