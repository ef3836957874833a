import type { Clock } from '../../clock/clock.js';
import type { TenantId } from '../../tenancy/tenant-id.js';
import type { InProcessLane } from './in-process-lane.js';

/** Windows of one tenant; beyond it the oldest go. */
const MOST_WINDOWS = 100_000;

interface Window {
  readonly end: number;
  readonly ms: number;
  readonly cancel: () => void;
}

/** Until when the last throttled or deduplicated job of a lane keeps its twins off. A window outlives the jobs of its lane. */
export class LaneWindows {
  private readonly byTenant = new Map<TenantId, Map<string, Window>>();

  constructor(private readonly clock: Clock) {}

  /** Milliseconds since the epoch, never further away than the window is long; 0 without a window. */
  endOf({ lane, key }: Pick<InProcessLane, 'lane' | 'key'>): number {
    const window = this.byTenant.get(lane.tenantId)?.get(key);
    return window ? Math.min(window.end, this.clock.now() + window.ms) : 0;
  }

  open({ lane: { tenantId }, key }: Pick<InProcessLane, 'lane' | 'key'>, ms: number): void {
    this.remove(tenantId, key);
    const windows = this.byTenant.get(tenantId) ?? new Map<string, Window>();
    this.byTenant.set(tenantId, windows);
    const cancel = this.clock.schedule(ms, () => this.remove(tenantId, key));
    windows.set(key, { end: this.clock.now() + ms, ms, cancel });
    const [oldest] = windows.keys();
    if (windows.size > MOST_WINDOWS) this.remove(tenantId, oldest!);
  }

  forget(tenantId: TenantId): void {
    for (const { cancel } of this.byTenant.get(tenantId)?.values() ?? []) cancel();
    this.byTenant.delete(tenantId);
  }

  private remove(tenantId: TenantId, key: string): void {
    const windows = this.byTenant.get(tenantId);
    windows?.get(key)?.cancel();
    windows?.delete(key);
    if (windows?.size === 0) this.byTenant.delete(tenantId);
  }
}
