import type { TenantId } from '../tenancy/tenant-id.js';

/** @publicApi */
export interface ScanQuery {
  /** @default all tenants */
  readonly tenantId?: TenantId;
  /** @default all aggregate types */
  readonly aggregateType?: string;
  /** Only events of these types. @default all */
  readonly types?: readonly string[];
}
