import type { Job } from './job.js';
import type { Lane } from './lane.js';

/**
 * Lets a job wait for quiet: it runs `delayMs` after the last job staged in its lane, and at the latest `maxWaitMs`
 * after the first one that waited. Of the waiting jobs one remains: of one source the one with the highest rank,
 * whatever arrives last; else the last one. Times are in milliseconds.
 *
 * @publicApi
 */
export interface Debounce {
  readonly delayMs: number;
  readonly maxWaitMs: number;
  readonly source: string;
  readonly rank: number;
}

/**
 * A job with the lane that it goes to.
 *
 * @publicApi
 */
export interface StagedJob {
  readonly lane: Lane;
  readonly job: Job;
  readonly debounce?: Debounce;
}
