import fc from 'fast-check';
import type { JobTiming } from '../../../queue/timing.js';

/** Longer than any time of `timing`; milliseconds. */
export const TIMINGS_OVER_MS = 151;

const ms = (min: number): fc.Arbitrary<number> => fc.integer({ min, max: TIMINGS_OVER_MS - 1 });
const ranked = { source: fc.constantFrom('x', 'x', 'y'), rank: fc.nat({ max: 5 }) };

/** When a job runs: mostly at once. */
export const timing: fc.Arbitrary<JobTiming> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  { weight: 1, arbitrary: fc.record({ delayMs: ms(0) }) },
  { weight: 2, arbitrary: fc.record({ debounce: fc.record({ delayMs: ms(0), maxWaitMs: ms(0), ...ranked }) }) },
  { weight: 2, arbitrary: fc.record({ throttle: fc.record({ everyMs: ms(1), ...ranked }) }) },
  { weight: 2, arbitrary: fc.record({ dedupe: fc.record({ forMs: ms(0) }) }) },
);
