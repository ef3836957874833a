import type { Clock } from '../../clock/clock.js';
import type { TenantId } from '../../tenancy/tenant-id.js';
import type { Once } from '../once.js';

/** Keys of one tenant; beyond it the oldest go. */
const MOST_KEYS = 100_000;

interface Kept {
  readonly value: string;
  readonly cancel: () => void;
}

/** What was staged once stands here under its key, until its time is over. */
export class KeptValues {
  /** The oldest first, as a Map iterates in the order of insertion. */
  private readonly byTenant = new Map<TenantId, Map<string, Kept>>();

  constructor(private readonly clock: Clock) {}

  get(tenantId: TenantId, key: string): string | undefined {
    return this.byTenant.get(tenantId)?.get(key)?.value;
  }

  keep(tenantId: TenantId, { key, value, forMs }: Once): void {
    const kept = this.byTenant.get(tenantId) ?? new Map<string, Kept>();
    this.byTenant.set(tenantId, kept);
    kept.set(key, { value, cancel: this.clock.schedule(forMs, () => this.remove(tenantId, key)) });
    const [oldest] = kept.keys();
    if (kept.size > MOST_KEYS) this.remove(tenantId, oldest!);
  }

  forget(tenantId: TenantId): void {
    for (const { cancel } of this.byTenant.get(tenantId)?.values() ?? []) cancel();
    this.byTenant.delete(tenantId);
  }

  private remove(tenantId: TenantId, key: string): void {
    const kept = this.byTenant.get(tenantId);
    kept?.get(key)?.cancel();
    kept?.delete(key);
    if (kept?.size === 0) this.byTenant.delete(tenantId);
  }
}
