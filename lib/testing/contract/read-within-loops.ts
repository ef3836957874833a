import { gate } from './gate.js';

/** More than any store has connections. */
const MANY_LOOPS = 40;

/**
 * Begins loops, and reads within each once all of them are in their middle: where a loop held a connection meanwhile,
 * they would wait for each other.
 *
 * @param loop the nth of them, from 0
 * @returns what each of them read inside
 */
export async function readWithinLoops<T>(
  loop: (nth: number) => AsyncIterable<unknown>,
  read: () => Promise<T>,
): Promise<readonly T[]> {
  const inside = gate();
  let begun = 0;
  const run = async (nth: number): Promise<T> => {
    for await (const _ of loop(nth)) {
      if ((begun += 1) === MANY_LOOPS) inside.open();
      await inside.opened;
      return read();
    }
    throw new Error('A loop had nothing to go over.');
  };
  return Promise.all(Array.from({ length: MANY_LOOPS }, (_, nth) => run(nth)));
}
