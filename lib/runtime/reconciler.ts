import { setTimeout as delay } from 'node:timers/promises';
import type { GroupQueue } from '../queue/group-queue.js';
import type { StagedJob } from '../queue/staged-job.js';
import type { Comparison } from './comparisons/comparison.js';

/** Jobs staged in one call. */
const STAGE_BATCH_JOBS = 500;
/** While more jobs than these wait, no further ones are staged. */
const MAX_WAITING_JOBS = 10_000;
const POLL_MS = 10;

/**
 * Compares every component with the log and stages what it lacks, so that an event appended by a process that died right
 * after reaches every projection all the same.
 */
export class Reconciler {
  /** @param isLeftOut whether somebody else compares a component with the log, and begins later */
  constructor(
    private readonly comparisons: readonly Comparison[],
    private readonly queue: GroupQueue,
    private readonly isLeftOut: (component: string) => Promise<boolean> = async () => false,
  ) {}

  /** Returns how many jobs were staged, over all components: one for each stream that was behind. */
  async reconcile(): Promise<number> {
    let staged = 0;
    for (const comparison of this.comparisons) {
      if (!(await this.isLeftOut(comparison.component))) staged += await this.stage(comparison.lack());
    }
    return staged;
  }

  private async stage(jobs: AsyncIterable<StagedJob>): Promise<number> {
    let batch: StagedJob[] = [];
    let count = 0;
    const flush = async (): Promise<void> => {
      await this.waitForRoom();
      await this.queue.stage(batch);
      count += batch.length;
      batch = [];
    };
    for await (const job of jobs) {
      batch.push(job);
      if (batch.length >= STAGE_BATCH_JOBS) await flush();
    }
    if (batch.length > 0) await flush();
    return count;
  }

  private async waitForRoom(): Promise<void> {
    for (;;) {
      const { jobs, parkedJobs } = await this.queue.depth();
      if (jobs - parkedJobs < MAX_WAITING_JOBS) return;
      await delay(POLL_MS);
    }
  }
}
