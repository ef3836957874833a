import type { EventRangeJob } from '../queue/job.js';
import type { LaneBatch } from '../queue/lane-batch.js';

/** The sequence that jobs follow, if they are new, without a gap, and bring all of their events along. */
export function sequenceBefore({
  jobs,
  redelivered,
}: Pick<LaneBatch<EventRangeJob>, 'jobs' | 'redelivered'>): number | undefined {
  const before = jobs[0]!.from - 1;
  let reached = before;
  for (const { from, to, events } of jobs) {
    if (redelivered || events === null || from !== reached + 1) return undefined;
    reached = to;
  }
  return before;
}
