import { InvalidArgumentError } from '../errors/invalid-argument.error.js';
import { integerProblem } from '../errors/integer-problem.js';
import { encodeKey } from '../tenancy/encode-key.js';
import { textProblem } from '../tenancy/text-problem.js';
import type { CommandDefinition } from './command-definition.js';
import type { DispatchOptions } from './dispatch-options.js';
import { InvalidCommandError } from './invalid-command.error.js';

/** When a command is handled, and under which key of its tenant it stands for others. */
export interface CommandTiming {
  readonly delayMs: number;
  readonly once?: { readonly key: string; readonly forMs: number };
}

/**
 * What its sender says, else its handler.
 *
 * @throws InvalidArgumentError for what the sender gave, InvalidCommandError for what the handler makes of the command
 */
export function timingOf({ options }: CommandDefinition, command: object, given: DispatchOptions): CommandTiming {
  const delayMs = given.delayMs === undefined ? delayOf(options, command) : checked('delayMs', given.delayMs, 0);
  const dedupe = given.dedupe ? checkedDedupe(given.dedupe) : ownDedupe(options, command);
  if (!dedupe) return { delayMs };
  return { delayMs, once: { key: encodeKey(options.type, dedupe.key), forMs: Math.max(dedupe.forMs, delayMs) } };
}

/** How long its handler lets a command wait; milliseconds. @throws InvalidCommandError */
export function delayOf({ type, delayMs = 0 }: CommandDefinition['options'], command: object): number {
  const value: unknown = typeof delayMs === 'function' ? delayMs(command) : delayMs;
  const problem = integerProblem(value, 0);
  if (problem !== null) throw new InvalidCommandError(type, [`its delayMs ${problem}`]);
  return value as number;
}

function ownDedupe({ type, dedupe }: CommandDefinition['options'], command: object): DispatchOptions['dedupe'] {
  if (!dedupe) return undefined;
  const key: unknown = dedupe.key(command);
  const problem = textProblem(key);
  if (problem !== null) throw new InvalidCommandError(type, [`its dedupe.key ${problem}`]);
  return { key: key as string, forMs: dedupe.forMs };
}

function checkedDedupe({ key, forMs }: NonNullable<DispatchOptions['dedupe']>): DispatchOptions['dedupe'] {
  const problem = textProblem(key);
  if (problem !== null) throw new InvalidArgumentError('options.dedupe.key', problem);
  return { key, forMs: checked('dedupe.forMs', forMs, 1) };
}

function checked(name: string, value: number, min: number): number {
  const problem = integerProblem(value, min);
  if (problem !== null) throw new InvalidArgumentError(`options.${name}`, problem);
  return value;
}
