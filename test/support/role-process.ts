import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { CommandReceipt, ProcessRole } from '../../lib/index.js';
import type { Compiled } from './compile.js';
import type { RoleSettings } from './role-app.js';
import type { RoleRequest } from './role-main.js';

/** No process of a test lives longer. */
const PROCESS_TIMEOUT_MS = 90_000;
/** Impatient supervisors repeat their signal. */
const REPEAT_MS = 25;

interface Answer {
  readonly number: number;
  readonly receipt?: CommandReceipt;
  readonly error?: string;
}

/** A process of `role-main.ts`, as its parent sees it. */
export class RoleProcess {
  private readonly answers = new Map<number, (answer: Answer) => void>();
  private requests = 0;

  private constructor(private readonly child: ChildProcess) {
    child.on('message', (answer: Answer) => {
      this.answers.get(answer.number)?.(answer);
      this.answers.delete(answer.number);
    });
  }

  /** Resolves when its application has booted. */
  static async start(compiled: Compiled, role: ProcessRole, settings: RoleSettings): Promise<RoleProcess> {
    const main = join(compiled.path, 'test/support/role-main.js');
    const child = spawn(process.execPath, [main, role, JSON.stringify(settings)], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      timeout: PROCESS_TIMEOUT_MS,
      killSignal: 'SIGKILL',
    });
    const booted = once(child, 'message');
    const ended = once(child, 'exit').then(() => Promise.reject(new Error(`The ${role} process did not boot.`)));
    await Promise.race([booted, ended]);
    ended.catch(() => undefined);
    return new RoleProcess(child);
  }

  /** Executes an `Add` there. @throws Error with the text of what was thrown there */
  async execute(command: Omit<RoleRequest, 'number'>): Promise<CommandReceipt> {
    const number = (this.requests += 1);
    const { receipt, error } = await new Promise<Answer>((resolve) => {
      this.answers.set(number, resolve);
      this.child.send({ number, ...command });
    });
    if (!receipt) throw new Error(error);
    return receipt;
  }

  /** Resolves when the process has ended by itself. */
  async ended(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'exit');
  }

  /** Sends the signal, again and again, and resolves when the process has ended. */
  async end(signal: NodeJS.Signals): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = once(this.child, 'exit');
    this.child.kill(signal);
    const repeating = setInterval(() => this.child.kill(signal), REPEAT_MS);
    await exited.finally(() => clearInterval(repeating));
  }
}
