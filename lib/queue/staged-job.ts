import type { Job } from './job.js';
import type { Lane } from './lane.js';
import type { JobTiming } from './timing.js';

/**
 * A job with the lane that it goes to.
 *
 * @publicApi
 */
export interface StagedJob extends JobTiming {
  readonly lane: Lane;
  readonly job: Job;
}
