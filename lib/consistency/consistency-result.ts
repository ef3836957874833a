import type { FailedOutcome, RejectedOutcome } from '../commands/command-outcome.js';

/** The projection has everything that the token names. @publicApi */
export interface AppliedResult {
  readonly status: 'applied';
  /** Of the stream that the token names: what is up to here is in the projection, as far as it lists it. */
  readonly sequence: number;
}

/** The command stored nothing, so there is nothing to wait for. @publicApi */
export interface EventlessResult {
  readonly status: 'eventless';
}

/** It was not there in time: it may be soon, or something may stand in its way. @publicApi */
export interface TimedOutResult {
  readonly status: 'timed-out';
  /** What was missing: the outcome of a command that is queued, or the projection. */
  readonly awaiting: 'outcome' | 'projection';
}

/**
 * What became of a wait. `rejected` and `failed` are the outcome of the command that the token names.
 *
 * @publicApi
 */
export type ConsistencyResult = AppliedResult | EventlessResult | RejectedOutcome | FailedOutcome | TimedOutResult;
