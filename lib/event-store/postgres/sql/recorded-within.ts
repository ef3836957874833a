import { fromMs } from '../../../postgres/times.js';
import type { CheckedTimes } from '../../check-read-options.js';

/** Times outside of these are outside of what PostgreSQL can hold, and of what a log can have. */
const MIN_TIME_MS = Date.UTC(1900, 0, 1);
const MAX_TIME_MS = Date.UTC(2300, 0, 1);

/** The conditions of when an event was recorded. @param place makes a parameter of a value */
export function recordedWithin({ since, until }: CheckedTimes, place: (ms: number) => string): readonly string[] {
  const condition = (operator: '>=' | '<=', ms: number | undefined): readonly string[] => {
    if (ms === undefined) return [];
    const bounded = Math.min(Math.max(ms, MIN_TIME_MS), MAX_TIME_MS);
    return [`e.recorded_at ${operator} ${fromMs(`${place(bounded)}::bigint`)}`];
  };
  return [...condition('>=', since), ...condition('<=', until)];
}
