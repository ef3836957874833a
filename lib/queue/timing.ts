/** Which of two jobs of a lane counts: of one source the one with the higher rank, else the later one. @publicApi */
export interface Ranked {
  /** Such as the aggregate's id; 1 to 512 bytes. */
  readonly source: string;
  /** Such as the event's sequence; an integer from 0. */
  readonly rank: number;
}

/**
 * Lets a job wait for quiet: it runs `delayMs` after the last job staged in its lane, and at the latest `maxWaitMs`
 * after the first one that waited.
 *
 * @publicApi
 */
export interface Debounce extends Ranked {
  /** Milliseconds from 0, as all times here to 2^31 - 1, which are 24 days. */
  readonly delayMs: number;
  readonly maxWaitMs: number;
}

/**
 * Lets at most one job of a lane begin in each interval: the first one at once, and of those that come until `everyMs`
 * after a job was handed out, one at the end of that time.
 *
 * @publicApi
 */
export interface Throttle extends Ranked {
  /** Milliseconds from 1. */
  readonly everyMs: number;
}

/**
 * Lets a job of a lane stand for those that come after it: they are dropped while it waits to be handed out for the
 * first time, and for `forMs` after it was taken, whatever becomes of it.
 *
 * @publicApi
 */
export interface Dedupe {
  /** Milliseconds from 0. With 0 nothing is dropped that comes once the job was handed out. */
  readonly forMs: number;
}

/**
 * When a job runs, and what becomes of its twins: the jobs of its lane with the same timing. At most one of the four.
 *
 * A lane stays first in, first out: a job that is not due yet holds back all that come after it. Times are those of the
 * queue's own clock; in Redis, the server's.
 *
 * - `delayMs`: the job runs no sooner. Nothing is dropped.
 * - `debounce`, `throttle`: of the jobs that wait one remains, the one that counts (see {@link Ranked}), with all its
 *   attempts, also when it takes the place of one that waits after a failure.
 * - `dedupe`: of the jobs that wait to be handed out for the first time the first one remains.
 *
 * A job that runs is never replaced, and keeps none off but by `dedupe.forMs`. So of twins at most one is handed out and
 * one waits, and no update is lost: whatever is staged, a job that counts as much begins after it, but for what comes
 * within `forMs`. Jobs that are dropped for a twin are counted in `QueueUsage.dropped`.
 *
 * The interval of a throttled job and the window of a deduplicated one outlive it. A queue may lose them with its memory,
 * or to those of 100_000 other lanes of the tenant; then a job runs that might have waited, or been dropped.
 *
 * @publicApi
 */
export interface JobTiming {
  /** Milliseconds from 0. */
  readonly delayMs?: number;
  readonly debounce?: Debounce;
  readonly throttle?: Throttle;
  readonly dedupe?: Dedupe;
}
