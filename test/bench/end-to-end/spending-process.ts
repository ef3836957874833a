import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Request } from './main.js';
import type { SpendingSettings } from './spending-app.js';

const MAIN = fileURLToPath(new URL('./main.js', import.meta.url));

/** A process of `main.ts`, as its parent sees it: one request at a time. */
export class SpendingProcess {
  private constructor(private readonly child: ChildProcess) {}

  static async start(settings: SpendingSettings): Promise<SpendingProcess> {
    const env = { ...process.env, NODE_ENV: 'production' };
    const child = fork(MAIN, [JSON.stringify(settings)], { env });
    await message(child);
    return new SpendingProcess(child);
  }

  async ask(request: Request): Promise<readonly number[]> {
    const answered = message(this.child);
    this.child.send(request);
    return (await answered) as readonly number[];
  }

  async stop(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
  }
}

async function message(child: ChildProcess): Promise<unknown> {
  const died = once(child, 'exit').then(() => Promise.reject(new Error('A process of the benchmark has ended.')));
  died.catch(() => undefined);
  const [answered] = (await Promise.race([once(child, 'message'), died])) as [unknown];
  return answered;
}
