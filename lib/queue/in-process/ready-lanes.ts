import type { TenantId } from '../../tenancy/tenant-id.js';
import type { InProcessLane } from './in-process-lane.js';
import { Fifo } from './fifo.js';

/**
 * Lanes that may run, and how many may at a time. Tenants take turns: each `next()` serves another tenant that has a
 * lane, so that one with many delays the others by one lane at most.
 */
export class ReadyLanes {
  running = 0;
  private readonly tenants = new Map<string, Fifo<InProcessLane>>();

  constructor(private readonly concurrency: number) {}

  get isQuiet(): boolean {
    return this.running === 0 && this.tenants.size === 0;
  }

  push(lane: InProcessLane): void {
    const { tenantId } = lane.lane;
    let lanes = this.tenants.get(tenantId);
    if (!lanes) this.tenants.set(tenantId, (lanes = new Fifo()));
    lanes.push(lane);
  }

  remove(tenantId: TenantId): void {
    this.tenants.delete(tenantId);
  }

  /** The lane whose turn it is, while there is room for one more. */
  next(): InProcessLane | undefined {
    const [turn] = this.tenants;
    if (!turn || this.running >= this.concurrency) return undefined;
    const [tenantId, lanes] = turn;
    const lane = lanes.shift();
    // A Map iterates in the order of insertion: out and in again puts the tenant at the end.
    this.tenants.delete(tenantId);
    if (lanes.size > 0) this.tenants.set(tenantId, lanes);
    return lane;
  }
}
