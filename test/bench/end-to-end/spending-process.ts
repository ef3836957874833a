import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Request } from './main.js';
import type { SpendingSettings } from './spending-app.js';

const MAIN = fileURLToPath(new URL('./main.js', import.meta.url));
/** As the samples start, and the README advises. */
const EXEC_ARGV = ['--max-semi-space-size=64'];

/** A process of `main.ts`, as its parent sees it: one request at a time. */
export class SpendingProcess {
  private readonly died: Promise<never>;

  private constructor(private readonly child: ChildProcess) {
    this.died = once(child, 'exit').then(() => Promise.reject(new Error('A process of the benchmark has ended.')));
    this.died.catch(() => undefined);
  }

  static async start(settings: SpendingSettings): Promise<SpendingProcess> {
    const env = { ...process.env, NODE_ENV: 'production' };
    const one = new SpendingProcess(fork(MAIN, [JSON.stringify(settings)], { env, execArgv: EXEC_ARGV }));
    await one.message();
    return one;
  }

  async ask(request: Request): Promise<readonly number[]> {
    const answered = this.message();
    this.child.send(request);
    return (await answered) as readonly number[];
  }

  async stop(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
  }

  private message(): Promise<unknown> {
    return Promise.race([new Promise((resolve) => this.child.once('message', resolve)), this.died]);
  }
}
