import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const SAMPLE_DIR = fileURLToPath(new URL('../..', import.meta.url));
const TSC = fileURLToPath(new URL('../../../../node_modules/.bin/tsc', import.meta.url));
const START_TIMEOUT_MS = 60_000;
const LISTENING = /Listening on (http:\/\/[^ ]+)/;

/** A directory for the compiled sample, below its own, so that it finds its packages. */
export function buildDir(): string {
  return `${SAMPLE_DIR}/.data/build-${process.pid}`;
}

/** Compiles the sample. */
export async function buildSample(outDir: string): Promise<void> {
  const afresh = ['--incremental', 'false', '--tsBuildInfoFile', 'null'];
  await promisify(execFile)(TSC, ['-p', 'tsconfig.json', '--outDir', outDir, ...afresh], { cwd: SAMPLE_DIR });
}

/** The sample as a process of its own. */
export class BankProcess {
  private constructor(
    readonly url: string,
    private readonly child: ChildProcess,
  ) {}

  /** Resolves when it listens, on a free port. */
  static async start(outDir: string, env: Readonly<Record<string, string>>): Promise<BankProcess> {
    const child = spawn(process.execPath, [`${outDir}/main.js`], {
      cwd: SAMPLE_DIR,
      env: { ...process.env, PORT: '0', NO_COLOR: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output: string[] = [];
    createInterface(child.stderr).on('line', (line) => output.push(line));
    const timeout = setTimeout(() => child.kill('SIGKILL'), START_TIMEOUT_MS);
    try {
      // Lines end with the process, so there is always an end to wait for.
      for await (const line of createInterface(child.stdout)) {
        output.push(line);
        const url = LISTENING.exec(line)?.[1];
        if (url === undefined) continue;
        child.stdout.resume();
        return new BankProcess(url, child);
      }
    } finally {
      clearTimeout(timeout);
    }
    throw new Error(`The bank did not start:\n${output.join('\n')}`);
  }

  /** Resolves with the exit code once the process has ended. */
  async stop(signal: NodeJS.Signals): Promise<number | null> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return this.child.exitCode;
    const exited = once(this.child, 'exit');
    this.child.kill(signal);
    const [code] = (await exited) as [number | null];
    return code;
  }
}
