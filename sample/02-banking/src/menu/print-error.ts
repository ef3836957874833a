import { InvalidCommandError } from '@event-sourcing/nestjs';
import type { Terminal } from './terminal.js';

/** Tells why something was not done. */
export function printError(terminal: Terminal, error: unknown): void {
  terminal.print(`Not done: ${error instanceof Error ? error.message : String(error)}`);
  if (error instanceof InvalidCommandError) terminal.print(...error.problems.map((problem) => `  ${problem}`));
}
