import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EmbeddedClickHouse, type EmbeddedClickHouseOptions } from '../../../lib/clickhouse/embedded-clickhouse.js';
import { EmbeddedExitedError } from '../../../lib/clickhouse/embedded/embedded-exited.error.js';
import { findEngine } from '../../../lib/clickhouse/embedded/engine.js';
import { freePort } from '../../../lib/clickhouse/embedded/free-port.js';
import { isAlive, processesWith } from '../../support/processes.js';

const GONE = { timeout: 10_000, interval: 50 };

let path: string;
const started: EmbeddedClickHouse[] = [];

async function start(options: Partial<EmbeddedClickHouseOptions> = {}): Promise<EmbeddedClickHouse> {
  const server = await EmbeddedClickHouse.start({ path, ...options });
  started.push(server);
  return server;
}

async function ask(server: EmbeddedClickHouse, sql: string, auth?: string): Promise<{ status: number; text: string }> {
  const credentials = auth ?? `${server.username}:${server.password}`;
  const response = await fetch(server.url, {
    method: 'POST',
    body: sql,
    headers: {
      connection: 'close',
      ...(credentials === '' ? {} : { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }),
    },
  });
  return { status: response.status, text: (await response.text()).trim() };
}

beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'embedded-test-'));
});
afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.stop()));
  await rm(path, { recursive: true, force: true });
});

describe('a running server', () => {
  it('answers on the loopback interface, in UTC, and keeps its data', async () => {
    const server = await start();
    expect(server.url).toBe(`http://127.0.0.1:${server.port}`);
    expect(await ask(server, 'SELECT timezone()')).toEqual({ status: 200, text: 'UTC' });
    await ask(server, 'CREATE DATABASE d ENGINE = Atomic');
    await ask(server, 'CREATE TABLE d.t (a UInt8) ENGINE = MergeTree ORDER BY a');
    await ask(server, 'INSERT INTO d.t VALUES (42)');
    await server.stop();
    expect(server.failure).toBeNull();
    const again = await start();
    expect(await ask(again, 'SELECT a FROM d.t')).toEqual({ status: 200, text: '42' });
    expect(again.password).not.toBe(server.password);
  });

  it('lets nobody in without its password', async () => {
    const server = await start();
    for (const auth of [
      '',
      'default:',
      'default:x',
      `${server.username}:`,
      `${server.username}:x`,
      `default:${server.password}`,
    ]) {
      expect((await ask(server, 'SELECT 1', auth)).status, auth).toBeGreaterThanOrEqual(400);
    }
    const query = `${server.url}/?user=default&password=&query=SELECT%201`;
    expect((await fetch(query, { headers: { connection: 'close' } })).status).toBeGreaterThanOrEqual(400);
  });

  it('leaves no configuration behind', async () => {
    vi.stubEnv('TMPDIR', path);
    try {
      const server = await start({ path: join(path, 'data') });
      expect((await ask(server, 'SELECT 1')).status).toBe(200);
      expect(await readdir(path)).toEqual(['data']);
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it('is gone after stop(), also when called twice and with a connection open', async () => {
    const server = await start();
    const response = await fetch(`${server.url}/ping`);
    await response.text();
    await Promise.all([server.stop(), server.stop()]);
    expect(isAlive(server.pid)).toBe(false);
    await server.stop();
  });

  it('is noticed when it ends by itself', async () => {
    const onExit = vi.fn();
    const server = await start({ onExit });
    process.kill(server.pid!, 'SIGKILL');
    await vi.waitFor(() => expect(onExit).toHaveBeenCalledOnce(), GONE);
    const error: unknown = onExit.mock.calls[0]?.[0];
    expect(error).toBeInstanceOf(EmbeddedExitedError);
    expect(error).toMatchObject({ code: 'EMBEDDED_EXITED', kind: 'transient', signal: 'SIGKILL' });
    expect(server.failure).toBe(error);
    await server.stop();
  });

  it('says nothing of an end that was asked for', async () => {
    const onExit = vi.fn();
    const server = await start({ onExit });
    await server.stop();
    expect(onExit).not.toHaveBeenCalled();
  });
});

describe('a data directory in use', () => {
  it('is waited for, bounded, and then the error says what to do', async () => {
    await start();
    const begun = performance.now();
    await expect(start({ lockTimeoutMs: 600 })).rejects.toMatchObject({
      code: 'EMBEDDED_DIRECTORY_IN_USE',
      kind: 'permanent',
      message: expect.stringMatching(
        /in use by another process .* within 600 ms\. Stop the other process, or .* by url/,
      ),
    });
    expect(performance.now() - begun).toBeGreaterThanOrEqual(600);
    expect(processesWith(path)).toHaveLength(1);
  });

  it('is taken over when the other lets go in time', async () => {
    const first = await start();
    const second = start({ lockTimeoutMs: 20_000 });
    await vi.waitFor(() => expect(processesWith(path).length).toBeGreaterThan(1), GONE);
    await first.stop();
    expect(await ask(await second, 'SELECT 1')).toEqual({ status: 200, text: '1' });
  });

  it('does not change the password of the one that holds it', async () => {
    const server = await start();
    await expect(start({ lockTimeoutMs: 0 })).rejects.toMatchObject({ code: 'EMBEDDED_DIRECTORY_IN_USE' });
    expect((await ask(server, 'SELECT 1')).status).toBe(200);
  });
});

describe('a port in use', () => {
  let other: Server;
  let port: number;
  beforeEach(async () => {
    port = await freePort();
    other = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve));
  });
  afterEach(() => new Promise((resolve) => other.close(resolve)));

  it('is an error that says what to do', async () => {
    await expect(start({ port })).rejects.toMatchObject({
      code: 'EMBEDDED_PORT_IN_USE',
      kind: 'permanent',
      message: expect.stringContaining(`Port ${port} of 127.0.0.1 is in use`),
    });
    expect(processesWith(path)).toEqual([]);
  });

  it('is taken when it comes free a moment later', async () => {
    const starting = start({ port });
    await vi.waitFor(() => expect(processesWith(path).length).toBeGreaterThan(0), GONE);
    await new Promise((resolve) => other.close(resolve));
    const server = await starting;
    expect(server.port).toBe(port);
  });

  it('is not mistaken for ours when it is another ClickHouse', async () => {
    const elsewhere = await mkdtemp(join(tmpdir(), 'embedded-test-'));
    try {
      const foreign = await start({ path: elsewhere });
      await expect(start({ port: foreign.port })).rejects.toMatchObject({ code: 'EMBEDDED_PORT_IN_USE' });
      await foreign.stop();
    } finally {
      await rm(elsewhere, { recursive: true, force: true });
    }
  });
});

describe('a start that fails', () => {
  it('carries what the engine printed, and leaves no process', async () => {
    const engine = { ...findEngine(), libraryPath: join(path, 'no-such-library.so') };
    await expect(EmbeddedClickHouse.start({ path }, engine)).rejects.toMatchObject({
      code: 'EMBEDDED_START_FAILED',
      kind: 'permanent',
      output: expect.stringContaining('no-such-library.so'),
      message: expect.stringContaining('no-such-library.so'),
    });
    expect(processesWith(path)).toEqual([]);
  });

  it('is bounded in time, and leaves no process', async () => {
    await expect(start({ startTimeoutMs: 1 })).rejects.toMatchObject({
      code: 'EMBEDDED_START_FAILED',
      message: expect.stringContaining('did not answer within 1 ms'),
    });
    expect(processesWith(path)).toEqual([]);
  });

  it('says when the directory cannot be used', async () => {
    const file = join(path, 'file');
    await writeFile(file, '');
    await expect(start({ path: file })).rejects.toMatchObject({
      code: 'EMBEDDED_START_FAILED',
      message: expect.stringContaining(`cannot use ${file} as its data directory`),
    });
  });

  it.each([
    ['path', { path: '' }],
    ['port', { port: 0 }],
    ['port', { port: 65_536 }],
    ['port', { port: 80.5 }],
  ])('refuses a bad %s', async (field, options) => {
    await expect(start(options)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', field });
  });
});
