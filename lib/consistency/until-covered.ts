import { setTimeout as delay } from 'node:timers/promises';
import type { GroupQueue } from '../queue/group-queue.js';
import type { StagedJob } from '../queue/staged-job.js';
import type { Deadline } from './deadline.js';

/** How far something has come on one stream, which a lane brings forward. */
export interface Coverage {
  /** The last sequence that is covered; 0 when none is. */
  reached(): Promise<number>;
  /** The last sequence of the range that must be covered; `undefined` when none of it counts. */
  lacks(from: number, to: number): Promise<number | undefined>;
  /** Lets the lane cover a range from the log. */
  job(from: number, to: number): StagedJob;
}

/**
 * Waits until a sequence is covered: looks, waits until all that stands in the lane has left it, and looks again. Whoever
 * has a token knows that its events were staged before, so that is all it takes, without a look at the store meanwhile.
 *
 * What still lacks then counts for nobody, or was never staged: the queue lost it, or the release that appended it did not
 * know the projection. It is staged once, and waited for in the same way. Only what the log has is staged, whatever the
 * token says: a fold would count the rest as covered for ever.
 *
 * @returns whether it is covered
 */
export async function untilCovered(
  queue: GroupQueue,
  coverage: Coverage,
  to: number,
  deadline: Deadline,
): Promise<boolean> {
  let reached = await coverage.reached();
  if (reached >= to) return true;
  const { lane } = coverage.job(reached + 1, to);
  const hasPassed = await queue.awaitLane(lane, deadline.leftMs);
  reached = await coverage.reached();
  if (reached >= to) return true;
  if (!hasPassed) return false;
  const missing = await coverage.lacks(reached + 1, to);
  if (missing === undefined) return true;
  await queue.stage([coverage.job(reached + 1, missing)]);
  // Something stands in its way when it passes and leaves nothing behind; it may be gone in time.
  if (await queue.awaitLane(lane, deadline.leftMs)) {
    if ((await coverage.reached()) >= missing) return true;
    await delay(deadline.leftMs);
  }
  return (await coverage.reached()) >= missing;
}
