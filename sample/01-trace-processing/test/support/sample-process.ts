import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const SAMPLE_DIR = fileURLToPath(new URL('../..', import.meta.url));
const TSC = fileURLToPath(new URL('../../../../node_modules/.bin/tsc', import.meta.url));
const START_TIMEOUT_MS = 60_000;
const LISTENING = /Listening on (http:\/\/[^ ]+)/;

/** Compiles the sample into a directory below its own, so that it finds its packages. */
export async function buildSample(outDir: string): Promise<void> {
  const afresh = ['--incremental', 'false', '--tsBuildInfoFile', 'null'];
  await promisify(execFile)(TSC, ['-p', 'tsconfig.json', '--outDir', outDir, ...afresh], { cwd: SAMPLE_DIR });
}

/** The sample as a process of its own. */
export class SampleProcess {
  private constructor(
    readonly url: string,
    private readonly child: ChildProcess,
    private readonly output: readonly string[],
  ) {}

  /** Resolves when it listens, on a free port. */
  static async start(outDir: string, env: Readonly<Record<string, string>>): Promise<SampleProcess> {
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
        if (url !== undefined) {
          createInterface(child.stdout).on('line', (later) => output.push(later));
          return new SampleProcess(url, child, output);
        }
      }
    } finally {
      clearTimeout(timeout);
    }
    throw new Error(`The sample did not start:\n${output.join('\n')}`);
  }

  /** Sends a signal and resolves with how the process ended. */
  async stop(signal: NodeJS.Signals): Promise<{ readonly code: number | null; readonly log: string }> {
    const exited = once(this.child, 'exit');
    this.child.kill(signal);
    const [code] = (await exited) as [number | null];
    return { code, log: this.output.join('\n') };
  }
}
