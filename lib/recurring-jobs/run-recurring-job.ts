import { Logger } from '@nestjs/common';
import type { Clock } from '../clock/clock.js';
import { describeError } from '../errors/describe-error.js';
import { RecurringJobTimeoutError } from './recurring-job-timeout.error.js';
import type { RecurringJob } from './recurring-job.js';
import { RecurringJobs } from './recurring-jobs.js';

/** How long a run that was aborted may take to end before it is left alone. */
const ABORT_GRACE_MS = 2_000;

const logger = new Logger(RecurringJobs.name);

/**
 * One run, within its time; its failure is told to the log.
 *
 * @param stop aborts the run from outside; it then counts as done
 * @throws what the run has thrown
 * @throws RecurringJobTimeoutError
 */
export async function runRecurringJob(
  { name, timeoutMs, run }: RecurringJob,
  stop: AbortSignal,
  clock: Clock,
): Promise<void> {
  const abort = new AbortController();
  const { signal } = abort;
  const onStop = (): void => abort.abort(stop.reason);
  let cancelGrace = (): void => {};
  const cancelTimeout = clock.schedule(timeoutMs, () => abort.abort(new RecurringJobTimeoutError(name, timeoutMs)));
  try {
    await new Promise<void>((resolve, reject) => {
      signal.addEventListener('abort', () => {
        cancelGrace = clock.schedule(ABORT_GRACE_MS, () => reject(signal.reason as Error));
      });
      if (stop.aborted) onStop();
      else stop.addEventListener('abort', onStop, { once: true });
      run(signal).then(resolve, reject);
    });
  } catch (thrown) {
    if (stop.aborted) return;
    // What an aborted run throws mostly only tells that it was aborted.
    const error: unknown = signal.aborted ? signal.reason : thrown;
    logger.warn({ message: 'A recurring job failed; its next run comes', job: name, error: describeError(error) });
    throw error;
  } finally {
    cancelTimeout();
    cancelGrace();
    stop.removeEventListener('abort', onStop);
  }
}
