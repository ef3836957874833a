import type { Job } from './job.js';
import type { Lane } from './lane.js';
import type { StagedJob } from './staged-job.js';

/** The jobs at the head of one lane, in order. @publicApi */
export interface LaneBatch<J extends Job = Job> {
  readonly lane: Lane;
  readonly jobs: readonly J[];
  /** Which attempt of the first job this is, from 1. */
  readonly attempt: number;
  /** Aborted when the batch takes too long or the process must go. */
  readonly signal: AbortSignal;
}

/**
 * What became of a batch. The queue acknowledges the first `completed` jobs and stages the follow-ups in one atomic
 * step. A handler that throws instead says nothing of which job failed: the queue then halves the batch until the
 * failing job stands alone.
 *
 * @publicApi
 */
export interface LaneOutcome {
  readonly completed: number;
  readonly followUps: readonly StagedJob[];
  /** Why the job after the completed ones failed; absent when all were completed. */
  readonly failure?: { readonly error: unknown };
}
