import type { Random } from './random.js';

/** Points at which processes are to die, in any order. @param atEach in part: as many of the points, as chance has it */
export function spreadDeaths(points: readonly string[], atEach: number, random: Random): string[] {
  const all = Array.from({ length: Math.ceil(atEach) }, () => points).flat();
  return random.shuffled(all).slice(0, Math.ceil(atEach * points.length));
}
