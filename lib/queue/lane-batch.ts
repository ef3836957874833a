import type { BatchAbort } from './batch-abort.js';
import type { Job } from './job.js';
import type { JobAnswer } from './job-answer.js';
import type { Lane } from './lane.js';
import type { StagedJob } from './staged-job.js';

/** The jobs at the head of one lane, in order. @publicApi */
export interface LaneBatch<J extends Job = Job> {
  readonly lane: Lane;
  readonly jobs: readonly J[];
  /** Which attempt of the first job this is, from 1. Outages of a store do not count. */
  readonly attempt: number;
  /** Whether any of the jobs was handed out before, so that what it led to may have taken place. */
  readonly redelivered: boolean;
  /** Aborted when the batch takes too long or the process must go. */
  readonly abort: Pick<BatchAbort, 'reason' | 'signal' | 'onAbort' | 'throwIfAborted'>;
}

/**
 * What became of a batch. The queue acknowledges the first `completed` jobs, keeps the answers and stages the follow-ups
 * in one atomic step. Without a failure, jobs after the completed ones simply stay at the head for the next batch.
 *
 * An outcome that makes no sense (`InvalidOutcomeError`) counts as a failure for good.
 *
 * An outcome with `heldForMs` says that the work may not be done now, and that none of it was: the jobs stay as if they
 * had never been handed out, with no attempt burnt, and no lane of the same component and tenant is handed out for so
 * long. Nothing else stands in it but `completed: 0`.
 *
 * A handler that throws instead says nothing of which job failed: the queue then halves the batch until the failing job
 * stands alone.
 *
 * @publicApi
 */
export interface LaneOutcome {
  readonly completed: number;
  readonly followUps: readonly StagedJob[];
  /** What became of completed jobs, for whoever asks: at most one a job, kept from the acknowledgement on. */
  readonly answers?: readonly JobAnswer[];
  /**
   * Called once the jobs are acknowledged and the follow-ups staged, with the revision of the live `EventRoutes` after that;
   * returns at once, and never throws.
   */
  readonly staged?: (revision: string) => void;
  /** The job after the completed ones came forward without an end, so what it failed at before does not count any more. */
  readonly advanced?: boolean;
  /** Milliseconds from 1. */
  readonly heldForMs?: number;
  /** Why the job after the completed ones failed. */
  readonly failure?: {
    readonly error: unknown;
    /** Parks the lane at once, whatever its policy says. */
    readonly park?: boolean;
  };
}
