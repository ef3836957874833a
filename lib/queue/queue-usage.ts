/** How much of the queue belongs to a tenant, a component or a pipeline. @publicApi */
export interface QueueUsage {
  /** Jobs accepted and not yet acknowledged. */
  readonly jobs: number;
  readonly parkedJobs: number;
  /** Delayed commands and wake-ups of processes that wait for their time, those of parked lanes apart. */
  readonly delayedJobs: number;
  readonly parkedLanes: number;
  readonly deadLetters: number;
  /** Batches that run now. */
  readonly running: number;
  /** Jobs that were dropped, ever since, because a twin stands for them: see `JobTiming`. */
  readonly dropped: number;
  /**
   * For how long that lane has been ready to run which has been so longest; 0 when none is ready. It grows where nobody
   * takes the work: no worker, none that knows the component, none with a free slot, or a pause. A lane is ready from
   * when it has jobs and waits for nothing but its turn; delays, backoff and parking are not in it. Milliseconds.
   */
  readonly longestReadyMs: number;
}

const NO_USAGE: QueueUsage = {
  jobs: 0,
  parkedJobs: 0,
  delayedJobs: 0,
  parkedLanes: 0,
  deadLetters: 0,
  running: 0,
  dropped: 0,
  longestReadyMs: 0,
};

/** Whether a counter is one of the figures. */
export function isFigure(what: string): what is keyof QueueUsage {
  return what in NO_USAGE;
}

/** Adds figures up by tenant, component or pipeline. */
export class UsageSums<K> {
  private readonly sums = new Map<K, QueueUsage>();

  get byKey(): ReadonlyMap<K, QueueUsage> {
    return this.sums;
  }

  add(key: K, more: Partial<QueueUsage>): void {
    const sum = { ...(this.sums.get(key) ?? NO_USAGE) };
    for (const [what, value] of Object.entries(more) as [keyof QueueUsage, number][]) {
      sum[what] = what === 'longestReadyMs' ? Math.max(sum[what], value) : sum[what] + value;
    }
    this.sums.set(key, sum);
  }
}

/** @param pipelines by component, as workers have named them */
export function sumByPipeline(
  byComponent: ReadonlyMap<string, QueueUsage>,
  pipelines: ReadonlyMap<string, string>,
): ReadonlyMap<string, QueueUsage> {
  const sums = new UsageSums<string>();
  for (const [component, usage] of byComponent) {
    const pipeline = pipelines.get(component);
    if (pipeline !== undefined) sums.add(pipeline, usage);
  }
  return sums.byKey;
}
