import type { TenantId } from '../tenancy/tenant-id.js';

/**
 * Names one stream: the events of one aggregate of one tenant.
 *
 * @publicApi
 */
export interface StreamId {
  readonly tenantId: TenantId;
  /** 1 to 512 UTF-8 bytes without control characters. */
  readonly aggregateType: string;
  /** 1 to 512 UTF-8 bytes without control characters. */
  readonly aggregateId: string;
}
