import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Compiled } from '../support/compile.js';
import type { Crash } from '../support/crash-points.js';
import type { Random } from './random.js';

/** No process of a test lives longer. */
const PROCESS_TIMEOUT_MS = 300_000;

/** Workers that are killed and replaced. */
export class KilledWorkers {
  kills = 0;
  private readonly children = new Set<ChildProcess>();

  /** @param main of the compiled files, one that says when it has booted; it is given the settings as JSON */
  constructor(
    private readonly compiled: Compiled,
    private readonly main: string,
    private readonly settings: object,
    private readonly random: Random,
  ) {}

  /** Resolves when it has booted, or was killed before. */
  async start(): Promise<void> {
    await this.spawn(this.settings);
  }

  /** Lets one more run until it comes to the point where it is to die. @throws Error when it ends otherwise */
  async crash(crash: Crash): Promise<void> {
    const child = await this.spawn({ ...this.settings, crash });
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    this.children.delete(child);
    if (child.signalCode !== 'SIGKILL') {
      throw new Error(`The worker that was to die at "${crash.point}" ended by ${child.signalCode ?? child.exitCode}.`);
    }
    this.kills += 1;
  }

  /** Kills one of them, whatever it does, and lets another one begin. */
  async replaceOne(): Promise<void> {
    await this.kill(this.random.oneOf([...this.children]));
    this.kills += 1;
    await this.start();
  }

  async end(): Promise<void> {
    await Promise.all([...this.children].map((child) => this.kill(child)));
  }

  private async spawn(settings: object): Promise<ChildProcess> {
    const main = join(this.compiled.path, this.main);
    const child = spawn(process.execPath, [main, JSON.stringify(settings)], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      timeout: PROCESS_TIMEOUT_MS,
      killSignal: 'SIGKILL',
    });
    this.children.add(child);
    await Promise.race([once(child, 'message'), once(child, 'exit')]);
    return child;
  }

  private async kill(child: ChildProcess): Promise<void> {
    this.children.delete(child);
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}
