import { InvalidArgumentError } from '../errors/invalid-argument.error.js';
import { integerProblem, MAX_TIMER_MS } from '../errors/integer-problem.js';
import { textProblem } from '../tenancy/text-problem.js';
import type { JobTiming, Ranked } from './timing.js';

/** @throws InvalidArgumentError */
export function checkTiming({ delayMs, debounce, throttle, dedupe }: JobTiming): void {
  // Most jobs have none.
  if (delayMs === undefined && debounce === undefined && throttle === undefined && dedupe === undefined) return;
  if ([delayMs, debounce, throttle, dedupe].filter((one) => one !== undefined).length > 1) {
    throw new InvalidArgumentError('job', 'must have no more than one of delayMs, debounce, throttle and dedupe');
  }
  if (delayMs !== undefined) checkTime('delayMs', delayMs, 0);
  if (debounce !== undefined) {
    checkTime('debounce.delayMs', debounce.delayMs, 0);
    checkTime('debounce.maxWaitMs', debounce.maxWaitMs, 0);
    checkRanked('debounce', debounce);
  }
  if (throttle !== undefined) {
    checkTime('throttle.everyMs', throttle.everyMs, 1);
    checkRanked('throttle', throttle);
  }
  if (dedupe !== undefined) checkTime('dedupe.forMs', dedupe.forMs, 0);
}

function checkRanked(of: string, { source, rank }: Ranked): void {
  const problem = textProblem(source);
  if (problem !== null) throw new InvalidArgumentError(`${of}.source`, problem);
  checkInteger(`${of}.rank`, rank, 0, Number.MAX_SAFE_INTEGER);
}

function checkTime(field: string, ms: unknown, min: number): void {
  checkInteger(field, ms, min, MAX_TIMER_MS);
}

function checkInteger(field: string, value: unknown, min: number, max: number): void {
  const problem = integerProblem(value, min, max);
  if (problem !== null) throw new InvalidArgumentError(field, problem);
}
