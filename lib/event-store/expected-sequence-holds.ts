import type { ExpectedSequence } from './append-options.js';

/** Whether a stream whose last sequence is `head` is as an append expects it. */
export function expectedSequenceHolds(expected: ExpectedSequence, head: number): boolean {
  if (expected === 'any') return true;
  if (expected === 'no-stream') return head === 0;
  if (expected === 'stream-exists') return head > 0;
  return expected === head;
}
