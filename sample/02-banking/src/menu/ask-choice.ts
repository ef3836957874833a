import { InvalidInputError } from './invalid-input.error.js';
import type { Terminal } from './terminal.js';

/** One of the choices; the first one when nothing is answered. @throws InvalidInputError */
export async function askChoice<T extends string>(
  terminal: Terminal,
  question: string,
  choices: readonly [T, ...T[]] | readonly T[],
): Promise<T> {
  const text = await terminal.ask(`${question} (${choices.join(', ')}) [${choices[0]!}]: `);
  const answer = text || choices[0]!;
  const found = choices.find((choice) => choice.toLowerCase() === answer.toLowerCase());
  if (found === undefined) throw new InvalidInputError(`The answer must be one of ${choices.join(', ')}.`);
  return found;
}
