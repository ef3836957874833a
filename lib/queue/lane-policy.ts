/**
 * How a lane is worked off.
 *
 * @publicApi
 */
export interface LanePolicy {
  /** Most jobs of one batch, at least 1. */
  readonly maxBatchJobs: number;
  /** Attempts of a job in all, the first included, before `whenExhausted` applies. */
  readonly maxAttempts: number;
  /** Delay before the second attempt; doubles with each further one, with up to half of it at random. */
  readonly backoffMs: number;
  readonly maxBackoffMs: number;
  /** A batch that takes longer is aborted through its signal and counts as failed. */
  readonly timeoutMs: number;
  /** `park`: the lane stands still, its jobs are kept. `dead-letter`: the job is put aside and the lane goes on. */
  readonly whenExhausted: 'park' | 'dead-letter';
}
