import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { InvalidArgumentError } from '../errors/invalid-argument.error.js';
import { answers } from './embedded/answers.js';
import { EmbeddedDirectoryInUseError } from './embedded/embedded-directory-in-use.error.js';
import { EmbeddedExitedError } from './embedded/embedded-exited.error.js';
import { EmbeddedPortInUseError } from './embedded/embedded-port-in-use.error.js';
import { EmbeddedStartError } from './embedded/embedded-start.error.js';
import { EngineProcess } from './embedded/engine-process.js';
import { findEngine, type Engine } from './embedded/engine.js';
import { freePort } from './embedded/free-port.js';
import { writeConfig } from './embedded/write-config.js';

const DEFAULT_START_TIMEOUT_MS = 30_000;
const DEFAULT_LOCK_TIMEOUT_MS = 15_000;
/** A stopping engine may let go of its directory a moment before its port. */
const PORT_TIMEOUT_MS = 2_000;
const RETRY_MS = 250;
const POLL_MS = 20;
const PASSWORD_BYTES = 24;
const USERNAME = 'event_sourcing';
const DIRECTORY_MODE = 0o700;

export interface EmbeddedClickHouseOptions {
  /** Data directory; made when missing. One process at a time can use it. */
  readonly path: string;
  /** Port on 127.0.0.1. @default a free one */
  readonly port?: number;
  /** Bound of one start of the engine. @default 30_000 */
  readonly startTimeoutMs?: number;
  /** How long to wait for another process to release the data directory. @default 15_000 */
  readonly lockTimeoutMs?: number;
  /** Called once if the engine ends without `stop()`. */
  readonly onExit?: (error: EmbeddedExitedError) => void;
}

type Attempt = { readonly running: EngineProcess } | { readonly taken: 'directory' | 'port' };

/**
 * ClickHouse's own HTTP server in a child process, out of the npm package `chdb`. It listens on the loopback interface
 * only, with a password of its own, and ends with this process, however that ends.
 *
 * States: starting → running → stopped (by `stop()`) or failed (by itself; `failure` is set, `onExit` called).
 */
export class EmbeddedClickHouse {
  readonly url: string;
  readonly username = USERNAME;
  /** Why the engine ended without `stop()`, if it did. */
  failure: EmbeddedExitedError | null = null;
  private stopping = false;

  private constructor(
    private readonly engine: EngineProcess,
    readonly port: number,
    readonly password: string,
    onExit: ((error: EmbeddedExitedError) => void) | undefined,
  ) {
    this.url = `http://127.0.0.1:${port}`;
    void engine.ended.then(({ exitCode, signal }) => {
      if (this.stopping) return;
      this.failure = new EmbeddedExitedError(exitCode, signal, engine.output);
      onExit?.(this.failure);
    });
  }

  /**
   * Starts the engine and resolves when it answers. A data directory or port that is in use is waited for, bounded,
   * because a former process may hold it for some seconds after its parent died. When it rejects, no process is left.
   *
   * @param engine where the engine is; found among the installed packages unless given
   * @throws EmbeddedUnsupportedError when there is no binary for this machine
   * @throws MissingPackageError when `chdb` or `ffi-rs` is not installed, or in another version
   * @throws EmbeddedDirectoryInUseError, EmbeddedPortInUseError, EmbeddedStartError, InvalidArgumentError
   */
  static async start(options: EmbeddedClickHouseOptions, engine: Engine = findEngine()): Promise<EmbeddedClickHouse> {
    checkOptions(options);
    const path = await prepareDirectory(options.path);
    const lockTimeoutMs = options.lockTimeoutMs ?? DEFAULT_LOCK_TIMEOUT_MS;
    const startTimeoutMs = options.startTimeoutMs ?? DEFAULT_START_TIMEOUT_MS;
    const password = randomBytes(PASSWORD_BYTES).toString('base64url');
    const begun = performance.now();
    let portTakenSince: number | null = null;
    for (;;) {
      const port = options.port ?? (await freePort());
      const attempt = await launch(engine, path, port, password, startTimeoutMs);
      if ('running' in attempt) return new EmbeddedClickHouse(attempt.running, port, password, options.onExit);
      const now = performance.now();
      if (attempt.taken === 'directory') {
        portTakenSince = null;
        if (now - begun >= lockTimeoutMs) throw new EmbeddedDirectoryInUseError(path, lockTimeoutMs);
      } else {
        portTakenSince ??= now;
        if (now - portTakenSince >= PORT_TIMEOUT_MS) throw new EmbeddedPortInUseError(port);
      }
      await sleep(RETRY_MS);
    }
  }

  /** Process id of the engine. */
  get pid(): number | undefined {
    return this.engine.pid;
  }

  /** Ends the engine: orderly within 3 s, by force after that. Close the connections to it first. */
  async stop(): Promise<void> {
    this.stopping = true;
    await this.engine.stop();
  }
}

function checkOptions({ path, port }: EmbeddedClickHouseOptions): void {
  if (path === '') throw new InvalidArgumentError('path', 'must not be empty');
  if (port !== undefined && (!Number.isInteger(port) || port < 1 || port > 65_535)) {
    throw new InvalidArgumentError('port', 'must be an integer from 1 to 65535');
  }
}

async function prepareDirectory(path: string): Promise<string> {
  const absolute = resolve(path);
  try {
    await mkdir(absolute, { recursive: true, mode: DIRECTORY_MODE });
  } catch (error) {
    throw new EmbeddedStartError(`cannot use ${absolute} as its data directory: ${String(error)}`, '', {
      cause: error,
    });
  }
  return absolute;
}

async function launch(
  engine: Engine,
  path: string,
  port: number,
  password: string,
  startTimeoutMs: number,
): Promise<Attempt> {
  const config = await writeConfig(USERNAME, password);
  try {
    const running = new EngineProcess(engine, path, port, config.path);
    try {
      if (await isUp(running, port, password, startTimeoutMs)) return { running };
    } catch (error) {
      await running.kill();
      throw error;
    }
    const taken = whatIsTaken(running.output);
    if (taken === null) throw new EmbeddedStartError('ended while it started', running.output);
    return { taken };
  } finally {
    await config.remove();
  }
}

/** False when the process ended first. */
async function isUp(running: EngineProcess, port: number, password: string, startTimeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + startTimeoutMs;
  while (!running.hasEnded) {
    if (performance.now() >= deadline) {
      throw new EmbeddedStartError(`did not answer within ${startTimeoutMs} ms`, running.output);
    }
    if (await answers(port, USERNAME, password)) return true;
    await Promise.race([sleep(POLL_MS), running.ended]);
  }
  return false;
}

/** The engine says why it ended only in words; the codes in them are ClickHouse's own. */
function whatIsTaken(output: string): 'directory' | 'port' | null {
  if (/Code: 76\b.*Cannot lock file/s.test(output)) return 'directory';
  if (/Code: 210\b.*Address already in use/s.test(output)) return 'port';
  return null;
}
