import type { TenantId } from '../../tenancy/tenant-id.js';
import { componentKey, type Lane, waitsForTime } from '../lane.js';

/** Longer than any process lives; what counts is that the timer is there. */
const KEEP_ALIVE_MS = 2_147_483_647;

/** How much a queue holds. While anything waits that may still run, the process is kept alive. */
export class JobCounts {
  /** Jobs in all, parked ones included. */
  jobs = 0;
  /** Commands in the lanes of their aggregates. */
  commands = 0;
  parkedJobs = 0;
  /** Jobs that wait for their time, those of parked lanes apart. */
  delayedJobs = 0;
  parkedLanes = 0;
  /** Jobs that were dropped for a twin, by tenant and by component. */
  readonly droppedOf = new Map<TenantId, number>();
  readonly droppedBy = new Map<string, number>();
  private readonly waitingByTenant = new Map<TenantId, number>();
  private readonly delayedByTenant = new Map<TenantId, number>();
  private keepAlive: NodeJS.Timeout | undefined;

  /** Jobs that are not in parked lanes and do not wait for their time. */
  get waiting(): number {
    return this.jobs - this.parkedJobs - this.delayedJobs;
  }

  /** Such jobs of a tenant. */
  waitingOf(tenantId: TenantId): number {
    return this.waitingByTenant.get(tenantId) ?? 0;
  }

  /** Jobs of a tenant that wait for their time, those of parked lanes apart. */
  delayedOf(tenantId: TenantId): number {
    return this.delayedByTenant.get(tenantId) ?? 0;
  }

  added(lane: Lane, parked: boolean): void {
    this.jobs += 1;
    if (lane.kind === 'command') this.commands += 1;
    if (parked) this.parkedJobs += 1;
    else this.addUnparked(lane, 1);
    this.hold();
  }

  removed(lane: Lane, jobs: number): void {
    this.jobs -= jobs;
    if (lane.kind === 'command') this.commands -= jobs;
    this.addUnparked(lane, -jobs);
    this.hold();
  }

  dropped(lane: Lane): void {
    const component = componentKey(lane);
    this.droppedOf.set(lane.tenantId, (this.droppedOf.get(lane.tenantId) ?? 0) + 1);
    this.droppedBy.set(component, (this.droppedBy.get(component) ?? 0) + 1);
  }

  /** Of a tenant without jobs. */
  forget(tenantId: TenantId): void {
    this.droppedOf.delete(tenantId);
  }

  /** @param component its key; of one without jobs */
  forgetComponent(component: string): void {
    this.droppedBy.delete(component);
  }

  parked(lane: Lane, jobs: number): void {
    this.parkedLanes += 1;
    this.parkedJobs += jobs;
    this.addUnparked(lane, -jobs);
    this.hold();
  }

  unparked(lane: Lane, jobs: number): void {
    this.parkedLanes -= 1;
    this.parkedJobs -= jobs;
    this.addUnparked(lane, jobs);
    this.hold();
  }

  /** Lets the process go, whatever waits. */
  release(): void {
    clearInterval(this.keepAlive);
    this.keepAlive = undefined;
  }

  private addUnparked(lane: Lane, jobs: number): void {
    const isDelayed = waitsForTime(lane);
    if (isDelayed) this.delayedJobs += jobs;
    const byTenant = isDelayed ? this.delayedByTenant : this.waitingByTenant;
    const sum = (byTenant.get(lane.tenantId) ?? 0) + jobs;
    if (sum === 0) byTenant.delete(lane.tenantId);
    else byTenant.set(lane.tenantId, sum);
  }

  private hold(): void {
    if (this.jobs === this.parkedJobs) this.release();
    else this.keepAlive ??= setInterval(() => {}, KEEP_ALIVE_MS);
  }
}
