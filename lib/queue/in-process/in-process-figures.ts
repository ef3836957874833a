import type { Clock } from '../../clock/clock.js';
import type { TenantId } from '../../tenancy/tenant-id.js';
import { componentKey, type Lane, waitsForTime } from '../lane.js';
import type { KnownComponent } from '../lane-consumer.js';
import { type QueueUsage, sumByPipeline, UsageSums } from '../queue-usage.js';
import type { InProcessLane } from './in-process-lane.js';
import type { InProcessLanes } from './in-process-lanes.js';

/** How much there is of what, counted lane by lane. */
export class InProcessFigures {
  /** By component. */
  private pipelines: ReadonlyMap<string, string> = new Map();

  constructor(
    private readonly lanes: InProcessLanes,
    private readonly clock: Clock,
  ) {}

  know(components: readonly KnownComponent[]): void {
    const named = components.filter(({ pipeline }) => pipeline !== undefined);
    this.pipelines = new Map(named.map((one) => [componentKey(one), one.pipeline!]));
  }

  pipelineOf(lane: Lane): string | undefined {
    return this.pipelines.get(componentKey(lane));
  }

  byTenant(): ReadonlyMap<TenantId, QueueUsage> {
    return this.sum(({ tenantId }) => tenantId, this.lanes.counts.droppedOf);
  }

  byComponent(): ReadonlyMap<string, QueueUsage> {
    return this.sum(componentKey, this.lanes.counts.droppedBy);
  }

  byPipeline(): ReadonlyMap<string, QueueUsage> {
    return sumByPipeline(this.byComponent(), this.pipelines);
  }

  private sum<K>(keyOf: (lane: Lane) => K, dropped: ReadonlyMap<K, number>): ReadonlyMap<K, QueueUsage> {
    const now = this.clock.now();
    const sums = new UsageSums<K>();
    for (const [key, jobs] of dropped) sums.add(key, { dropped: jobs });
    for (const one of this.lanes.byKey.values()) sums.add(keyOf(one.lane), usageOf(one, now));
    for (const { lane } of this.lanes.deadLetters.values()) sums.add(keyOf(lane), { deadLetters: 1 });
    return sums.byKey;
  }
}

function usageOf({ lane, status, size, readyAt }: InProcessLane, now: number): Partial<QueueUsage> {
  if (status === 'parked') return { jobs: size, parkedJobs: size, parkedLanes: 1 };
  const jobs = { jobs: size, delayedJobs: waitsForTime(lane) ? size : 0 };
  switch (status) {
    case 'running':
      return { ...jobs, running: 1 };
    case 'ready':
    case 'held':
      return { ...jobs, longestReadyMs: Math.max(0, now - readyAt) };
    default:
      return jobs;
  }
}
