import type { TenantId } from '@event-sourcing/nestjs';
import { Injectable, Logger } from '@nestjs/common';
import type { Alert } from './alert.js';

const MAX_ALERTS_PER_TENANT = 100;
const MAX_TENANTS = 1_000;

/** The last alerts of each tenant, in the memory of this process and its log: a stand-in for a pager or a chat channel. */
@Injectable()
export class RecentAlerts {
  private readonly logger = new Logger(RecentAlerts.name);
  private readonly byTenant = new Map<TenantId, readonly Alert[]>();

  raise(tenantId: TenantId, alert: Alert): void {
    this.logger.warn(JSON.stringify({ tenantId, ...alert }));
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
