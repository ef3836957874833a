import { spawn, type ChildProcess } from 'node:child_process';
import { CHILD_SOURCE, engineArguments } from './child-source.js';
import type { Engine } from './engine.js';

const MAX_OUTPUT_CHARS = 4_000;
/**
 * Time for an orderly end after the leash was let go, and then for SIGTERM. The engine ends in some 30 ms, but waits 5 s for
 * connections that are open, idle ones too. What it acknowledged is on disk in any case.
 */
const LEASH_TIMEOUT_MS = 3_000;
const TERM_TIMEOUT_MS = 2_000;

export interface EngineExit {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

/**
 * One child process with the engine in it.
 *
 * It is detached, that is, in a session of its own: Ctrl-C in a terminal goes to the whole foreground group, and would
 * take the database away from a parent that still drains. The child cannot ignore the signal by itself, since the
 * native call keeps its JavaScript from running. The leash still ends it with its parent. It does not keep the parent
 * alive.
 */
export class EngineProcess {
  /** Resolves when the process has ended, or could not be started at all. */
  readonly ended: Promise<EngineExit>;
  private exit: EngineExit | null = null;
  private printed = '';
  private readonly child: ChildProcess;

  constructor(engine: Engine, path: string, port: number, configPath: string) {
    const args = engineArguments(path, port, configPath);
    this.child = spawn(
      process.execPath,
      ['--input-type=commonjs', '-e', CHILD_SOURCE, '--', engine.ffiPath, engine.libraryPath, ...args],
      { detached: true, stdio: ['pipe', 'ignore', 'pipe'], env: childEnvironment() },
    );
    this.ended = new Promise((resolve) => {
      const end = (exit: EngineExit): void => {
        this.exit ??= exit;
        resolve(this.exit);
      };
      // 'close' and not 'exit': what the engine printed last has then arrived.
      this.child.once('close', (exitCode, signal) => end({ exitCode, signal }));
      this.child.once('error', (error) => {
        this.print(String(error));
        end({ exitCode: null, signal: null });
      });
    });
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => this.print(text));
    // A write end whose reader died emits an error that nobody else would catch.
    this.child.stdin?.on('error', () => undefined);
    this.child.unref();
    unrefPipe(this.child.stdin);
    unrefPipe(this.child.stderr);
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  get hasEnded(): boolean {
    return this.exit !== null;
  }

  /** The last of what the engine printed to stderr. */
  get output(): string {
    return this.printed.trim();
  }

  /** Lets go of the leash, waits, then SIGTERM, waits, then SIGKILL. Resolves when the process is gone. */
  async stop(): Promise<void> {
    this.child.stdin?.end();
    if (await this.endsWithin(LEASH_TIMEOUT_MS)) return;
    this.child.kill('SIGTERM');
    if (await this.endsWithin(TERM_TIMEOUT_MS)) return;
    await this.kill();
  }

  /** SIGKILL. Resolves when the process is gone. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.endsWithin(TERM_TIMEOUT_MS);
  }

  private async endsWithin(timeoutMs: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([this.ended, new Promise((resolve) => (timer = setTimeout(resolve, timeoutMs)))]);
    clearTimeout(timer);
    return this.hasEnded;
  }

  private print(text: string): void {
    this.printed = (this.printed + text).slice(-MAX_OUTPUT_CHARS);
  }
}

/** Without options that belong to the parent's Node, such as loaders and a debugger port. */
function childEnvironment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _options, NODE_V8_COVERAGE: _coverage, ...rest } = process.env;
  return { ...rest, TZ: 'UTC' };
}

/** Pipes of a child are sockets, which the stream types do not say. */
function unrefPipe(pipe: unknown): void {
  if (typeof pipe === 'object' && pipe !== null && 'unref' in pipe && typeof pipe.unref === 'function') pipe.unref();
}
