import { parseCents } from '../money/parse-cents.js';
import { InvalidInputError } from './invalid-input.error.js';
import type { Terminal } from './terminal.js';

/** Cents of an amount such as 12.50. @param otherwise when nothing is answered @throws InvalidInputError */
export async function askCents(terminal: Terminal, question: string, otherwise?: number): Promise<number> {
  const text = await terminal.ask(question);
  if (text === '' && otherwise !== undefined) return otherwise;
  const cents = parseCents(text);
  if (cents === null) throw new InvalidInputError('An amount is a number such as 12 or 1,234.50.');
  return cents;
}
