import { createTenantId } from '../../../tenancy/create-tenant-id.js';
import type { TenantId } from '../../../tenancy/tenant-id.js';

interface Group {
  readonly tenantId: TenantId;
  readonly rows: { readonly size: number };
}

/** Removes the groups of a tenant. @returns how many rows they had @throws InvalidTenantError */
export function forgetGroups(groups: Map<string, Group>, tenantId: TenantId): number {
  const forgotten = createTenantId(tenantId);
  let count = 0;
  for (const [key, group] of groups) {
    if (group.tenantId !== forgotten) continue;
    count += group.rows.size;
    groups.delete(key);
  }
  return count;
}
