import { describe, expect, test } from 'vitest';
import { GUARDS, initial, successors, type Bounds, type Guard, type State } from './redis-arbiter-model.js';

const QUIET = { epochs: 1, tries: 1, crashes: 0, flushes: 0, restores: 0, expiries: 0, ghosts: 0, known: true };

/** Together they hold every kind of trouble, and each is small enough to be walked through. */
const SCENES: Readonly<Record<string, Bounds>> = {
  'three writers': { ...QUIET, writers: 3 },
  'two writers that append twice, and one dies': { ...QUIET, writers: 2, tries: 2, crashes: 1 },
  'Redis is emptied, and one of two writers dies': { ...QUIET, writers: 2, epochs: 2, crashes: 1, flushes: 1 },
  'Redis is emptied twice': { ...QUIET, writers: 2, epochs: 3, flushes: 2 },
  'Redis comes back with an older memory': { ...QUIET, writers: 2, epochs: 2, restores: 1 },
  'the stream expires, and one of two writers dies': {
    ...QUIET,
    known: false,
    writers: 2,
    crashes: 1,
    expiries: 1,
  },
  'a reservation arrives twice, and one of two writers dies': { ...QUIET, writers: 2, crashes: 1, ghosts: 1 },
};

interface Walk {
  readonly states: number;
  /** The first state in which something was wrong. */
  readonly problem?: string;
  /** Most events that a log had, and most appends that were acknowledged. */
  readonly stored: number;
  readonly acknowledged: number;
}

/** Breadth first over all interleavings, until something is wrong. */
function walk(bounds: Bounds, without?: Guard): Walk {
  const first = initial(bounds);
  const seen = new Set([JSON.stringify(first)]);
  let stored = 0;
  let acknowledged = 0;
  for (let states: State[] = [first]; states.length > 0;) {
    const next: State[] = [];
    for (const state of states) {
      for (const one of successors(state, bounds, without)) {
        const problem = one.problem ?? problemOf(one);
        if (problem !== undefined) return { states: seen.size, problem, stored, acknowledged };
        const key = JSON.stringify(one);
        if (seen.has(key)) continue;
        seen.add(key);
        next.push(one);
        stored = Math.max(stored, one.log.length);
        acknowledged = Math.max(acknowledged, one.acknowledged.length);
      }
    }
    states = next;
  }
  return { states: seen.size, stored, acknowledged };
}

function problemOf({ log, acknowledged }: State): string | undefined {
  const lost = acknowledged.find((id) => !log.includes(id));
  if (lost !== undefined) return `acknowledged append ${lost} is not in the log`;
  return new Set(log).size < log.length ? 'an append was stored twice' : undefined;
}

describe('the arbiter in Redis, through all interleavings', () => {
  test.each(Object.entries(SCENES))('keeps the log right: %s', { timeout: 60_000 }, (_, bounds) => {
    const { problem, stored, acknowledged, states } = walk(bounds);
    expect(problem).toBeUndefined();
    // Nothing was kept right by keeping anybody from writing.
    expect(stored).toBe(bounds.writers * bounds.tries);
    expect(acknowledged).toBe(stored);
    expect(states).toBeGreaterThan(5_000);
  });

  test.each(GUARDS)('needs that %s', { timeout: 60_000 }, (guard) => {
    const problems = Object.values(SCENES).map((bounds) => () => walk(bounds, guard).problem);
    // The large scenes come last: most guards are needed in a small one.
    expect(problems.reverse().some((find) => find() !== undefined)).toBe(true);
  });
});
