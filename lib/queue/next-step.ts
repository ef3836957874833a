import { classifyError } from '../errors/classify-error.js';
import { OutageError } from '../errors/outage.error.js';
import type { LanePolicy } from './lane-policy.js';

/** What a lane has been through since its head was last acknowledged. */
export interface LaneTries {
  /** Failed attempts of the job at the head. */
  failures: number;
  /** Batches that met an outage. They delay, but burn no attempts. */
  outages: number;
}

/** A batch that failed. */
export interface FailedBatch {
  readonly error: unknown;
  /** True when the handler did not say which of several jobs failed. */
  readonly opaque: boolean;
  readonly jobs: number;
  /** See `LaneOutcome.failure`. */
  readonly park?: boolean;
}

/** Where a lane goes after a failure. */
export type NextStep =
  | { readonly kind: 'halve'; readonly batchLimit: number }
  | { readonly kind: 'wait'; readonly delayMs: number }
  | { readonly kind: LanePolicy['whenExhausted'] };

/** Decides what follows from a failure, and counts it. @param random from 0 to 1 */
export function nextStep(
  tries: LaneTries,
  { error, opaque, jobs, park }: FailedBatch,
  policy: LanePolicy,
  random: number,
): NextStep {
  if (park) {
    tries.failures += 1;
    return { kind: 'park' };
  }
  if (error instanceof OutageError) {
    tries.outages += 1;
  } else if (opaque && jobs > 1) {
    return { kind: 'halve', batchLimit: Math.ceil(jobs / 2) };
  } else {
    tries.failures += 1;
    const kind = classifyError(error);
    const repeatable = kind === 'transient' || kind === 'conflict';
    if (!repeatable || tries.failures >= policy.maxAttempts) return { kind: policy.whenExhausted };
  }
  const exponent = tries.failures + tries.outages - 1;
  const backoffMs = Math.min(policy.backoffMs * 2 ** exponent, policy.maxBackoffMs);
  return { kind: 'wait', delayMs: backoffMs * (1 - random / 2) };
}
