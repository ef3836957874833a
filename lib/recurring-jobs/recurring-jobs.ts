import type { RecurringJob } from './recurring-job.js';

/**
 * Runs jobs at intervals. Of one job one run takes place at a time, over all processes that the adapter reaches; a run
 * that becomes due meanwhile comes late or not at all. A run that fails is told to the log, and the next one comes.
 *
 * As a rule: a process that stands still and is taken for dead, and a run that does not heed its signal, may go on beside
 * the next run. So every job must bear to be done twice.
 */
export abstract class RecurringJobs {
  /**
   * Begins to run these jobs. Called at most once; a process that never does runs none.
   *
   * @throws InvalidArgumentError when a name or a time is none, or a name occurs twice
   */
  abstract start(jobs: readonly RecurringJob[]): void;

  /** Begins no further run, aborts the one that goes on, and ends; bounded in time. Later calls wait for the same end. */
  abstract drain(): Promise<void>;
}
