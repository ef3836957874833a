import type { Clock } from '../clock/clock.js';
import type { BatchAbort } from './batch-abort.js';
import { checkOutcome } from './check-outcome.js';
import { HandlerTimeoutError } from './handler-timeout.error.js';
import type { LaneBatch, LaneOutcome } from './lane-batch.js';

/** How long a handler that was aborted may take to end before its lane goes on without it. */
const ABORT_GRACE_MS = 5_000;

/**
 * Runs a handler within its time. When it takes longer, its signal is aborted, and it is waited for a little, so that
 * as a rule no two batches of one lane run at a time; an outcome that it still gives counts.
 *
 * @param abort aborts the batch from outside as well
 * @throws HandlerTimeoutError
 * @throws InvalidOutcomeError, and what `checkOutcome` says of follow-ups and answers
 */
export async function handleInTime(
  handle: (batch: LaneBatch) => Promise<LaneOutcome>,
  batch: Omit<LaneBatch, 'signal'>,
  abort: BatchAbort,
  timeoutMs: number,
  clock: Clock,
): Promise<LaneOutcome> {
  const cancelTimeout = clock.schedule(timeoutMs, () => {
    abort.abort(new HandlerTimeoutError(batch.lane.component, timeoutMs));
  });
  let cancelGrace = (): void => {};
  let outcome: LaneOutcome;
  try {
    outcome = await new Promise((resolve, reject) => {
      abort.onAbort(() => {
        cancelGrace = clock.schedule(ABORT_GRACE_MS, () => reject(abort.reason!));
      });
      handle(withSignal(batch, abort)).then(resolve, reject);
    });
  } catch (error) {
    // What an aborted handler throws mostly only tells that it was aborted.
    throw abort.reason ?? error;
  } finally {
    cancelTimeout();
    cancelGrace();
  }
  return checkOutcome(outcome, batch.jobs.length);
}

function withSignal({ lane, jobs, attempt, redelivered }: Omit<LaneBatch, 'signal'>, abort: BatchAbort): LaneBatch {
  return {
    lane,
    jobs,
    attempt,
    redelivered,
    get signal() {
      return abort.signal;
    },
  };
}
