import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { EmbeddedClickHouse } from '../../../lib/clickhouse/embedded-clickhouse.js';
import { compile, type Compiled } from '../../support/compile.js';
import { isAlive, processesWith } from '../../support/processes.js';

const GONE = { timeout: 15_000, interval: 50 };

/** An application in a process of its own, on the compiled library, as a user runs it. */
const APPLICATION = `
const { EmbeddedClickHouse } = await import(process.env.LIB + '/clickhouse/embedded-clickhouse.js');
const say = (value) => console.log(JSON.stringify(value));
say({ state: 'starting' });
const server = await EmbeddedClickHouse.start({ path: process.env.DATA });
process.on('SIGINT', async () => {
  await new Promise((resolve) => setTimeout(resolve, 500));
  const response = await fetch(server.url, {
    method: 'POST',
    body: 'SELECT 1',
    headers: { connection: 'close', authorization: 'Basic ' + btoa(server.username + ':' + server.password) },
  }).catch(() => ({ status: 0 }));
  await server.stop();
  say({ state: 'drained', status: response.status });
  process.exit(0);
});
say({ state: 'running', pid: server.pid });
if (process.env.LINGER === '1') setInterval(() => undefined, 1_000);
`;

interface Application {
  readonly process: ChildProcess;
  said(state: string): Promise<{ pid?: number; status?: number }>;
  readonly ended: Promise<number | null>;
}

let compiled: Compiled;
let path: string;
const applications: ChildProcess[] = [];

function run(environment: Record<string, string> = {}): Application {
  const child = spawn(process.execPath, ['--input-type=module', '-e', APPLICATION], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      LIB: join(compiled.path, 'lib'),
      DATA: join(path, 'data'),
      TMPDIR: path,
      LINGER: '1',
      ...environment,
    },
  });
  applications.push(child);
  const lines: { state: string; pid?: number; status?: number }[] = [];
  createInterface({ input: child.stdout! }).on('line', (line) =>
    lines.push(JSON.parse(line) as (typeof lines)[number]),
  );
  return {
    process: child,
    said: (state) =>
      vi.waitFor(() => {
        const line = lines.find((one) => one.state === state);
        expect(line, state).toBeDefined();
        return line!;
      }, GONE),
    ended: new Promise((resolve) => child.once('close', resolve)),
  };
}

beforeAll(async () => {
  compiled = await compile('lib/clickhouse/embedded-clickhouse.ts');
});
afterAll(() => compiled.remove());
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'embedded-test-'));
});
afterEach(async () => {
  for (const child of applications.splice(0)) child.kill('SIGKILL');
  await vi.waitFor(() => expect(processesWith(path)).toEqual([]), GONE);
  await rm(path, { recursive: true, force: true });
});

describe('the server and the process that started it', () => {
  it('ends when its parent is killed, and the next start takes over its data', async () => {
    const application = run();
    const { pid } = await application.said('running');
    expect(isAlive(pid)).toBe(true);
    application.process.kill('SIGKILL');
    const next = await EmbeddedClickHouse.start({ path: join(path, 'data') });
    expect(isAlive(pid)).toBe(false);
    await next.stop();
  });

  it('ends when its parent is killed while it starts', async () => {
    const application = run();
    await application.said('starting');
    await vi.waitFor(() => expect(processesWith(path)).not.toEqual([]), { timeout: 10_000, interval: 5 });
    application.process.kill('SIGKILL');
    await vi.waitFor(() => expect(processesWith(path)).toEqual([]), GONE);
  });

  it('outlives Ctrl-C until its parent has drained', async () => {
    const application = run();
    const { pid } = await application.said('running');
    // What a terminal does: the signal goes to the whole foreground group.
    process.kill(-application.process.pid!, 'SIGINT');
    expect(await application.said('drained')).toMatchObject({ status: 200 });
    expect(await application.ended).toBe(0);
    expect(isAlive(pid)).toBe(false);
  });

  it('does not keep its parent alive, and ends with it', async () => {
    const application = run({ LINGER: '0' });
    const { pid } = await application.said('running');
    expect(await application.ended).toBe(0);
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false), GONE);
  });

  it('takes no options of Node from its parent', async () => {
    const preload = join(path, 'preload.cjs');
    await writeFile(preload, "if (process.execArgv.includes('--input-type=commonjs')) process.exit(9);");
    const application = run({ NODE_OPTIONS: `--require ${preload}` });
    const { pid } = await application.said('running');
    expect(isAlive(pid)).toBe(true);
  });
});
