import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

const LIMIT_MS = 110_000;

/** What a program wrote, and how it ended. */
export interface NodeRun {
  readonly stdout: string;
  readonly stderr: string;
  /** `null` when it was ended, since it took too long. */
  readonly status: number | null;
}

/** Runs Node in a directory, as a user would: with none of the options of the tests. */
export async function runNode(cwd: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<NodeRun> {
  const child = spawn(process.execPath, args, {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
    env: { ...process.env, NODE_OPTIONS: '', ...env },
  });
  const [[status], stdout, stderr] = await Promise.all([
    once(child, 'close') as Promise<[number | null]>,
    text(child.stdout),
    text(child.stderr),
  ]);
  return { stdout, stderr, status };
}
