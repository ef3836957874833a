import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { answers } from '../../lib/clickhouse/embedded/answers.js';
import { EngineProcess } from '../../lib/clickhouse/embedded/engine-process.js';
import { findEngine } from '../../lib/clickhouse/embedded/engine.js';
import { freePort } from '../../lib/clickhouse/embedded/free-port.js';
import { writeConfig } from '../../lib/clickhouse/embedded/write-config.js';

const START_TIMEOUT_MS = 30_000;
const POLL_MS = 20;

/** A ClickHouse server that comes back where it was, for the same users: embedded ones change port and password. */
export interface KillableClickHouse {
  readonly url: string;
  readonly username: string;
  readonly password: string;
  /** Ends the server by SIGKILL. */
  kill(): Promise<void>;
  /** Starts it again after `kill()`, with all that it acknowledged. */
  start(): Promise<void>;
  /** Ends the server, removes its data. */
  stop(): Promise<void>;
}

/** Call it in `beforeAll`, and `stop()` in `afterAll`. When it rejects, no server is left. */
export async function startKillableClickHouse(): Promise<KillableClickHouse> {
  const path = await mkdtemp(join(tmpdir(), 'clickhouse-test-'));
  const username = 'tester';
  const password = randomBytes(24).toString('base64url');
  const config = await writeConfig(username, password);
  const port = await freePort();
  let server: EngineProcess;
  const start = async (): Promise<void> => {
    server = new EngineProcess(findEngine(), path, port, config.path);
    const until = performance.now() + START_TIMEOUT_MS;
    while (!(await answers(port, username, password))) {
      if (server.hasEnded || performance.now() > until) throw new Error(`ClickHouse did not start: ${server.output}`);
      await delay(POLL_MS);
    }
  };
  const stop = async (): Promise<void> => {
    await server.stop();
    await Promise.all([config.remove(), rm(path, { recursive: true, force: true })]);
  };
  try {
    await start();
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: `http://127.0.0.1:${port}`, username, password, kill: () => server.kill(), start, stop };
}
