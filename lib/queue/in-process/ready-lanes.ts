import type { TenantId } from '../../tenancy/tenant-id.js';
import type { InProcessLane } from './in-process-lane.js';
import { Fifo } from './fifo.js';

/**
 * Lanes that may run, and how many may at a time. Tenants take turns: each `next()` serves another tenant that has a
 * lane, so that one with many delays the others by one lane at most; and none has more than its share of the slots.
 */
export class ReadyLanes {
  running = 0;
  private readonly perTenant: number;
  private readonly runningOf = new Map<TenantId, number>();
  private readonly tenants = new Map<TenantId, Fifo<InProcessLane>>();

  constructor(
    private readonly concurrency: number,
    tenantSharePercent: number,
  ) {
    this.perTenant = Math.ceil((concurrency * tenantSharePercent) / 100);
  }

  get isQuiet(): boolean {
    return this.running === 0 && this.tenants.size === 0;
  }

  push(lane: InProcessLane): void {
    const { tenantId } = lane.lane;
    let lanes = this.tenants.get(tenantId);
    if (!lanes) this.tenants.set(tenantId, (lanes = new Fifo()));
    lanes.push(lane);
  }

  remove(lane: InProcessLane): void {
    const { tenantId } = lane.lane;
    const lanes = this.tenants.get(tenantId);
    lanes?.delete(lane);
    if (lanes?.size === 0) this.tenants.delete(tenantId);
  }

  removeAll(isMeant: (lane: InProcessLane) => boolean): void {
    for (const [tenantId, lanes] of this.tenants) {
      lanes.deleteAll(isMeant);
      if (lanes.size === 0) this.tenants.delete(tenantId);
    }
  }

  /** The lane whose turn it is, while there is room for one more. */
  next(): InProcessLane | undefined {
    if (this.running >= this.concurrency) return undefined;
    for (const [tenantId, lanes] of this.tenants) {
      if ((this.runningOf.get(tenantId) ?? 0) >= this.perTenant) continue;
      const lane = lanes.shift();
      // A Map iterates in the order of insertion: out and in again puts the tenant at the end.
      this.tenants.delete(tenantId);
      if (lanes.size > 0) this.tenants.set(tenantId, lanes);
      return lane;
    }
    return undefined;
  }

  begin({ lane: { tenantId } }: InProcessLane): void {
    this.running += 1;
    this.runningOf.set(tenantId, (this.runningOf.get(tenantId) ?? 0) + 1);
  }

  end({ lane: { tenantId } }: InProcessLane): void {
    this.running -= 1;
    const left = this.runningOf.get(tenantId)! - 1;
    if (left === 0) this.runningOf.delete(tenantId);
    else this.runningOf.set(tenantId, left);
  }
}
