import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Compiled } from '../../support/compile.js';
import type { Answered } from './feeder.js';
import type { TallyPlan } from './tally-plan.js';

/** No process of a test lives longer. */
const PROCESS_TIMEOUT_MS = 3_600_000;

/** How a process ended. */
export type End = NodeJS.Signals | number;

/** Lets a web process feed the pieces below `upTo`. */
export interface FeedMessage {
  readonly upTo: number;
  /** What it waits for when it sends a command. */
  readonly waitFor: Answered;
}

/** A process of `tally-main.ts`, as its parent sees it. */
export class TallyProcess {
  /** Resolves when the process has ended, however it did. */
  readonly ended: Promise<End>;
  private fed = 0;
  private readonly waiting: { readonly pieces: number; readonly resolve: () => void }[] = [];

  private constructor(
    readonly plan: TallyPlan,
    private readonly child: ChildProcess,
  ) {
    this.ended = once(child, 'exit').then(([code, signal]) => (signal ?? code) as End);
    child.on('message', (message: 'ready' | { readonly fed: number }) => {
      if (message === 'ready') return;
      this.fed = Math.max(this.fed, message.fed);
      for (const { pieces, resolve } of this.waiting) if (pieces <= this.fed) resolve();
    });
  }

  /** Resolves when the application has booted, or the process has ended before. */
  static async start(compiled: Compiled, plan: TallyPlan): Promise<TallyProcess> {
    const main = join(compiled.path, 'test/chaos/tallies/tally-main.js');
    const child = spawn(process.execPath, [main, JSON.stringify(plan)], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      timeout: PROCESS_TIMEOUT_MS,
      killSignal: 'SIGKILL',
    });
    const one = new TallyProcess(plan, child);
    await Promise.race([once(child, 'message'), one.ended]);
    return one;
  }

  get pid(): number {
    return this.child.pid!;
  }

  get alive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Lets a web process feed. */
  feed(message: FeedMessage): void {
    // It may have ended; its successor is told anew.
    if (this.child.connected) this.child.send(message, () => undefined);
  }

  /** Resolves when all pieces below were answered. */
  async hasFed(pieces: number): Promise<void> {
    if (pieces <= this.fed) return;
    await new Promise<void>((resolve) => this.waiting.push({ pieces, resolve }));
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }
}
