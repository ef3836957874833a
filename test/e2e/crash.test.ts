import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { compile, type Compiled } from '../support/compile.js';

const PROCESS_TIMEOUT_MS = 60_000;

let compiled: Compiled;
const directories: string[] = [];

beforeAll(async () => {
  compiled = await compile('test/support/crash-app.ts');
});

afterAll(async () => {
  await Promise.all([compiled.remove(), ...directories.map((path) => rm(path, { recursive: true, force: true }))]);
});

/** Runs the application until it ends, one way or the other. */
async function run(
  path: string,
  crashAt: string,
): Promise<{ signal: string | null; lines: Record<string, unknown>[] }> {
  const child = spawn(process.execPath, [join(compiled.path, 'test/support/crash-app.js'), path, crashAt], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: PROCESS_TIMEOUT_MS,
    killSignal: 'SIGTERM',
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  const [, signal] = (await once(child, 'close')) as [number | null, string | null];
  const lines = output.split('\n').filter(Boolean);
  return { signal, lines: lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

it.each(['stage', 'fold', 'map'])(
  'an event reaches every projection once, although the process was killed in: %s',
  async (crashAt) => {
    const path = await mkdtemp(join(tmpdir(), 'crash-'));
    directories.push(path);
    const crashed = await run(path, crashAt);
    expect(crashed.signal).toBe('SIGKILL');
    expect(crashed.lines.slice(0, 2)).toEqual([{ answered: 1 }, { answered: 2 }]);
    const healed = await run(path, 'none');
    expect(healed).toEqual({
      signal: null,
      lines: [{ log: [1, 2, 13], total: 16, events: 3, records: [1, 2, 13] }],
    });
  },
);
