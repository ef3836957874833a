import type { TenantId } from '../../tenancy/tenant-id.js';
import { componentKey, holdsCommands, type Lane } from '../lane.js';

/** Longer than any process lives; what counts is that the timer is there. */
const KEEP_ALIVE_MS = 2_147_483_647;

/** How much a queue holds. While anything waits that may still run, the process is kept alive. */
export class JobCounts {
  /** Jobs in all, parked ones included. */
  jobs = 0;
  commands = 0;
  parkedJobs = 0;
  parkedLanes = 0;
  /** Jobs that were dropped for a twin, by tenant and by component. */
  readonly droppedOf = new Map<TenantId, number>();
  readonly droppedBy = new Map<string, number>();
  private readonly byTenant = new Map<TenantId, number>();
  private keepAlive: NodeJS.Timeout | undefined;

  /** Jobs that are not in parked lanes. */
  get waiting(): number {
    return this.jobs - this.parkedJobs;
  }

  /** Jobs of a tenant that are not in parked lanes. */
  waitingOf(tenantId: TenantId): number {
    return this.byTenant.get(tenantId) ?? 0;
  }

  added({ tenantId, kind }: Lane, parked: boolean): void {
    this.jobs += 1;
    if (holdsCommands({ kind })) this.commands += 1;
    if (parked) this.parkedJobs += 1;
    else this.addWaiting(tenantId, 1);
    this.hold();
  }

  removed({ tenantId, kind }: Lane, jobs: number): void {
    this.jobs -= jobs;
    if (holdsCommands({ kind })) this.commands -= jobs;
    this.addWaiting(tenantId, -jobs);
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

  parked({ tenantId }: Lane, jobs: number): void {
    this.parkedLanes += 1;
    this.parkedJobs += jobs;
    this.addWaiting(tenantId, -jobs);
    this.hold();
  }

  unparked({ tenantId }: Lane, jobs: number): void {
    this.parkedLanes -= 1;
    this.parkedJobs -= jobs;
    this.addWaiting(tenantId, jobs);
    this.hold();
  }

  /** Lets the process go, whatever waits. */
  release(): void {
    clearInterval(this.keepAlive);
    this.keepAlive = undefined;
  }

  private addWaiting(tenantId: TenantId, jobs: number): void {
    const waiting = this.waitingOf(tenantId) + jobs;
    if (waiting === 0) this.byTenant.delete(tenantId);
    else this.byTenant.set(tenantId, waiting);
  }

  private hold(): void {
    if (this.waiting === 0) this.release();
    else this.keepAlive ??= setInterval(() => {}, KEEP_ALIVE_MS);
  }
}
