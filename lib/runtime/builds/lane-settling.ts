import { setTimeout as delay } from 'node:timers/promises';
import type { EventRangeJob } from '../../queue/job.js';
import type { QueueControl } from '../../queue/queue-control.js';
import type { StagedJob } from '../../queue/staged-job.js';
import { BuildStalledError } from './build-stalled.error.js';

/** Without any lane getting done. */
const MAX_WAIT_MS = 60_000;
const FIRST_PAUSE_MS = 20;
const MAX_PAUSE_MS = 2_000;
/** Lanes that are looked into at a time. */
const LANES_AT_ONCE = 20;
/** Jobs at the head of a lane that are looked at. */
const MAX_JOBS = 500;

/** Waits until lanes have done what was staged for them. */
export class LaneSettling {
  constructor(private readonly control: Pick<QueueControl, 'inspect'>) {}

  /**
   * Resolves when each of these jobs was done, put aside, or is what its lane fails at.
   *
   * @throws BuildStalledError when for a minute none of them was
   */
  async settled(jobs: readonly StagedJob[], signal: AbortSignal): Promise<void> {
    let left = jobs;
    let since = performance.now();
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS)) {
      const still = await this.waiting(left);
      if (still.length === 0) return;
      if (still.length < left.length) since = performance.now();
      const waitedMs = performance.now() - since;
      if (waitedMs >= MAX_WAIT_MS) throw new BuildStalledError(still[0]!.lane.component, still.length, MAX_WAIT_MS);
      left = still;
      await delay(pauseMs, undefined, { signal });
    }
  }

  private async waiting(jobs: readonly StagedJob[]): Promise<readonly StagedJob[]> {
    const still: StagedJob[] = [];
    for (let start = 0; start < jobs.length; start += LANES_AT_ONCE) {
      const some = jobs.slice(start, start + LANES_AT_ONCE);
      const waits = await Promise.all(some.map((job) => this.waits(job)));
      still.push(...some.filter((_, index) => waits[index]));
    }
    return still;
  }

  private async waits({ lane, job }: StagedJob): Promise<boolean> {
    const content = await this.control.inspect(lane, MAX_JOBS);
    if (!content || content.status === 'parked' || content.attempts > 0) return false;
    const { aggregateId, to } = job as EventRangeJob;
    // Jobs are done in order, so what was staged is done when only later ones are left.
    const isAhead = content.jobs.some(
      (other) => 'to' in other && other.aggregateId === aggregateId && other.from <= to,
    );
    return isAhead || content.size > MAX_JOBS;
  }
}
