import type { Clock } from '../../clock/clock.js';
import type { TenantId } from '../../tenancy/tenant-id.js';
import type { InProcessLane } from './in-process-lane.js';

/** Marks of one tenant; beyond it the oldest go. */
const MOST_MARKS = 100_000;

interface Mark {
  readonly until: number;
  readonly cancel: () => void;
}

/** Until when the last throttled or deduplicated job of a lane keeps others off. A mark outlives the jobs of its lane. */
export class LaneMarks {
  private readonly byTenant = new Map<TenantId, Map<string, Mark>>();

  constructor(private readonly clock: Clock) {}

  /** Milliseconds since the epoch; 0 without a mark. */
  until({ lane, key }: Pick<InProcessLane, 'lane' | 'key'>): number {
    return this.byTenant.get(lane.tenantId)?.get(key)?.until ?? 0;
  }

  set({ lane: { tenantId }, key }: Pick<InProcessLane, 'lane' | 'key'>, ms: number): void {
    this.remove(tenantId, key);
    const marks = this.byTenant.get(tenantId) ?? new Map<string, Mark>();
    this.byTenant.set(tenantId, marks);
    const cancel = this.clock.schedule(ms, () => this.remove(tenantId, key));
    marks.set(key, { until: this.clock.now() + ms, cancel });
    const [oldest] = marks.keys();
    if (marks.size > MOST_MARKS) this.remove(tenantId, oldest!);
  }

  forget(tenantId: TenantId): void {
    for (const { cancel } of this.byTenant.get(tenantId)?.values() ?? []) cancel();
    this.byTenant.delete(tenantId);
  }

  private remove(tenantId: TenantId, key: string): void {
    const marks = this.byTenant.get(tenantId);
    marks?.get(key)?.cancel();
    marks?.delete(key);
    if (marks?.size === 0) this.byTenant.delete(tenantId);
  }
}
