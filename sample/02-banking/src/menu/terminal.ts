import { createInterface, type Interface } from 'node:readline';
import { InputEndedError } from './input-ended.error.js';

const CLEAR_LINE = '\r\u001b[2K';

/** Asks and tells, line by line. What is typed ahead is kept for the questions to come. */
export class Terminal {
  private readonly lines: string[] = [];
  private readonly reader: Interface;
  private ended = false;
  private wake: () => void = () => {};

  constructor(
    input: NodeJS.ReadStream,
    private readonly output: NodeJS.WriteStream,
  ) {
    this.reader = createInterface({ input, output, terminal: input.isTTY && output.isTTY });
    this.reader.on('line', (line) => {
      this.lines.push(line);
      this.wake();
    });
    this.reader.on('close', () => {
      this.ended = true;
      this.wake();
    });
  }

  /** The next line, without spaces around it. @throws InputEndedError after Ctrl+C, Ctrl+D and the end of a file */
  async ask(question: string): Promise<string> {
    this.output.write(question);
    this.reader.setPrompt(question);
    while (this.lines.length === 0) {
      if (this.ended) throw new InputEndedError();
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
    return this.lines.shift()!.trim();
  }

  print(...lines: readonly string[]): void {
    for (const line of lines) this.output.write(`${line}\n`);
  }

  /** Shows a line in place of the one before it, where that can be done; the last one is to be printed. */
  progress(line: string): void {
    if (this.output.isTTY) this.output.write(`${CLEAR_LINE}${line}`);
  }

  /** Prints the last line of a progress. */
  done(line: string): void {
    this.progress('');
    this.print(line);
  }

  close(): void {
    this.reader.close();
  }
}
