import { setTimeout as delay } from 'node:timers/promises';
import type { GroupQueue } from '../../queue/group-queue.js';
import type { StagedJob } from '../../queue/staged-job.js';
import type { TenantId } from '../../tenancy/tenant-id.js';
import type { Comparison } from '../comparisons/comparison.js';

/** Jobs staged in one call. */
const STAGE_BATCH_JOBS = 500;
/** While more jobs than these wait, and not for their time, no further ones are staged. */
const MAX_WAITING_JOBS = 10_000;
/** How long it is waited for one of them to go: they may be held, or of components that no worker knows. */
const MAX_STANDSTILL_MS = 5_000;
const POLL_MS = 10;

/** What one comparison looks at. */
export interface Compared {
  /** Absent for all tenants. */
  readonly tenantId?: TenantId;
  readonly signal?: AbortSignal;
}

/** Compares a component with the log and stages what it lacks, in bounded memory and no faster than it is worked off. */
export class Reconciler {
  constructor(private readonly queue: GroupQueue) {}

  /**
   * Returns how many jobs were staged: one for each stream that was behind.
   *
   * @throws the reason of the signal; what was staged until then stays
   */
  async reconcile(comparison: Comparison, { tenantId, signal }: Compared = {}): Promise<number> {
    const room = new WaitingRoom(this.queue, signal);
    let batch: StagedJob[] = [];
    let count = 0;
    const flush = async (): Promise<void> => {
      await room.wait();
      await this.queue.stage(batch);
      count += batch.length;
      batch = [];
    };
    for await (const job of comparison.lack(tenantId, signal)) {
      batch.push(job);
      if (batch.length >= STAGE_BATCH_JOBS) await flush();
    }
    signal?.throwIfAborted();
    if (batch.length > 0) await flush();
    return count;
  }
}

/** Lets jobs be staged while few wait. Once they stand still it lets all through, for nobody works them off. */
class WaitingRoom {
  private standsStill = false;

  constructor(
    private readonly queue: GroupQueue,
    private readonly signal?: AbortSignal,
  ) {}

  async wait(): Promise<void> {
    let fewest = Number.POSITIVE_INFINITY;
    let since = performance.now();
    while (!this.standsStill) {
      this.signal?.throwIfAborted();
      const { jobs, parkedJobs, delayedJobs } = await this.queue.depth();
      const waiting = jobs - parkedJobs - delayedJobs;
      if (waiting < MAX_WAITING_JOBS) return;
      if (waiting < fewest) since = performance.now();
      fewest = Math.min(fewest, waiting);
      this.standsStill = performance.now() - since > MAX_STANDSTILL_MS;
      await delay(POLL_MS);
    }
  }
}
