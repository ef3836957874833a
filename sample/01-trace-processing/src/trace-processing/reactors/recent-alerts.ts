import type { TenantId } from '@event-sourcing/nestjs';
import { Injectable } from '@nestjs/common';

const MAX_ALERTS_PER_TENANT = 100;
const MAX_TENANTS = 1_000;

/** That a trace has failed spans. */
export interface Alert {
  readonly traceId: string;
  /** The span whose failure came last. */
  readonly spanId: string;
  readonly name: string;
  readonly service: string | null;
  readonly message: string;
  /** How many spans of the trace had failed by then. */
  readonly errors: number;
  /** When the failure was recorded; milliseconds since the epoch. */
  readonly recordedAt: number;
}

/** The last alerts of each tenant, in the memory of this process: a stand-in for a pager or a chat channel. */
@Injectable()
export class RecentAlerts {
  private readonly byTenant = new Map<TenantId, readonly Alert[]>();

  add(tenantId: TenantId, alert: Alert): void {
    const alerts = [alert, ...this.list(tenantId)].slice(0, MAX_ALERTS_PER_TENANT);
    // Setting it anew puts a tenant last, so that the first is the one that was quiet for longest.
    this.byTenant.delete(tenantId);
    this.byTenant.set(tenantId, alerts);
    const [quietest] = this.byTenant.keys();
    if (this.byTenant.size > MAX_TENANTS && quietest !== undefined) this.byTenant.delete(quietest);
  }

  /** Newest first. */
  list(tenantId: TenantId): readonly Alert[] {
    return this.byTenant.get(tenantId) ?? [];
  }
}
