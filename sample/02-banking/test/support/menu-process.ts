import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';

const SAMPLE_DIR = fileURLToPath(new URL('../..', import.meta.url));
const TIMEOUT_MS = 90_000;

/** The menu in a pseudo-terminal, which `script` gives it: a part of util-linux, of the BSDs and of macOS. */
export class MenuProcess {
  private output = '';
  /** Up to where the output was waited for. */
  private seen = 0;
  private ended = false;
  private wake: () => void = () => {};

  private constructor(private readonly child: ChildProcess) {
    child.stdout!.setEncoding('utf8').on('data', (chunk: string) => {
      this.output += chunk;
      this.wake();
    });
    child.on('close', () => {
      this.ended = true;
      this.wake();
    });
  }

  static start(outDir: string, env: Readonly<Record<string, string>>): MenuProcess {
    const command = `echo "process $$"; exec "${process.execPath}" "${outDir}/menu/main.js"`;
    const args =
      process.platform === 'linux' ? ['-qfec', command, '/dev/null'] : ['-q', '/dev/null', 'sh', '-c', command];
    return new MenuProcess(spawn('script', args, { cwd: SAMPLE_DIR, env: { ...process.env, ...env, NO_COLOR: '1' } }));
  }

  /** Resolves with what was shown up to a text, once it is shown. @throws when it is not, until the menu has ended */
  async shows(text: string): Promise<string> {
    const timer = setTimeout(() => this.kill(), TIMEOUT_MS);
    try {
      for (;;) {
        const at = this.output.indexOf(text, this.seen);
        if (at >= 0) {
          const shown = this.output.slice(this.seen, at + text.length);
          this.seen = at + text.length;
          return stripVTControlCharacters(shown).replaceAll('\r\n', '\n');
        }
        if (this.ended) throw new Error(`"${text}" was not shown:\n${this.output}`);
        await new Promise<void>((resolve) => (this.wake = resolve));
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** Types a line. */
  types(line: string): void {
    this.child.stdin!.write(`${line}\r`);
  }

  /** Chooses an entry, answers its questions one by one, and gives what was shown until the menu asks again. */
  async chooses(entry: number, ...answers: readonly (readonly [question: string, answer: string])[]): Promise<string> {
    this.types(String(entry));
    for (const [question, answer] of answers) {
      await this.shows(question);
      this.types(answer);
    }
    return this.shows('Your choice: ');
  }

  /** Resolves with the exit code. */
  async end(): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const timer = setTimeout(() => this.kill(), TIMEOUT_MS);
      await once(this.child, 'close').finally(() => clearTimeout(timer));
    }
    return this.child.exitCode;
  }

  /** Whether the menu itself runs, which may outlive its terminal. */
  get isRunning(): boolean {
    return this.signal(0);
  }

  /** Takes its terminal away. */
  hangUp(): void {
    this.child.kill('SIGKILL');
  }

  kill(): void {
    this.signal('SIGKILL');
    this.hangUp();
  }

  /** False where there is no such process. The menu is in a session of its own, out of reach of a signal to a group. */
  private signal(signal: NodeJS.Signals | 0): boolean {
    const [, pid] = /process (\d+)/.exec(this.output) ?? [];
    try {
      return pid !== undefined && process.kill(Number(pid), signal);
    } catch {
      return false;
    }
  }
}
