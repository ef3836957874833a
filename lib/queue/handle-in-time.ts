import type { Clock } from '../clock/clock.js';
import type { BatchAbort } from './batch-abort.js';
import { checkOutcome } from './check-outcome.js';
import { HandlerTimeoutError } from './handler-timeout.error.js';
import type { LaneBatch, LaneOutcome } from './lane-batch.js';

/** How long a handler that was aborted may take to end before its lane goes on without it. No option: `timeoutMs` is the bound. */
const ABORT_GRACE_MS = 5_000;

/**
 * Runs a handler within its time. When it takes longer, its signal is aborted, and it is waited for a little, so that
 * as a rule no two batches of one lane run at a time; an outcome that it still gives counts.
 *
 * @param abort aborts the batch from outside as well
 * @throws HandlerTimeoutError
 * @throws InvalidOutcomeError, and what `checkOutcome` says of follow-ups and answers
 */
export function handleInTime(
  handle: (batch: LaneBatch) => Promise<LaneOutcome>,
  batch: Omit<LaneBatch, 'abort'>,
  abort: BatchAbort,
  timeoutMs: number,
  clock: Clock,
): Promise<LaneOutcome> {
  const cancelTimeout = clock.schedule(timeoutMs, () => {
    abort.abort(new HandlerTimeoutError(batch.lane.component, timeoutMs));
  });
  let cancelGrace = (): void => {};
  return new Promise((resolve, reject) => {
    const settle = (give: () => LaneOutcome): void => {
      cancelTimeout();
      cancelGrace();
      try {
        resolve(give());
      } catch (error) {
        reject(error as Error);
      }
    };
    // What an aborted handler throws mostly only tells that it was aborted.
    const fail = (error: unknown): void =>
      settle(() => {
        throw abort.reason ?? error;
      });
    abort.onAbort((reason) => {
      cancelGrace = clock.schedule(ABORT_GRACE_MS, () => fail(reason));
    });
    try {
      handle({ ...batch, abort }).then((outcome) => settle(() => checkOutcome(outcome, batch.jobs.length)), fail);
    } catch (error) {
      fail(error);
    }
  });
}
