import type { CheckedTimes } from './check-read-options.js';

/** Whether an event was recorded within these times. */
export function isWithin({ since = -Infinity, until = Infinity }: CheckedTimes, recordedAt: number): boolean {
  return since <= recordedAt && recordedAt <= until;
}
