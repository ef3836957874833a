import { createTenantId } from '../../../tenancy/create-tenant-id.js';
import type { TenantId } from '../../../tenancy/tenant-id.js';
import { checkProjectionVersion, type ProjectionVersion } from '../check-fields.js';
import type { NameMatch } from '../projection-store.js';

interface Group extends ProjectionVersion {
  readonly tenantId: TenantId;
  readonly rows: { readonly size: number };
}

/** Removes the groups of a tenant. @returns how many rows they had @throws InvalidTenantError */
export function forgetGroups(groups: Map<string, Group>, tenantId: TenantId): number {
  const forgotten = createTenantId(tenantId);
  return remove(groups, (group) => group.tenantId === forgotten);
}

/** Removes the groups of a version. @returns how many rows they had @throws InvalidArgumentError */
export function dropGroups(groups: Map<string, Group>, given: ProjectionVersion, match: NameMatch = 'name'): number {
  const { projection, version } = checkProjectionVersion('', given);
  const isNamed = (name: string): boolean => (match === 'prefix' ? name.startsWith(projection) : name === projection);
  return remove(groups, (group) => group.version === version && isNamed(group.projection));
}

function remove(groups: Map<string, Group>, isMeant: (group: Group) => boolean): number {
  let count = 0;
  for (const [key, group] of groups) {
    if (!isMeant(group)) continue;
    count += group.rows.size;
    groups.delete(key);
  }
  return count;
}
