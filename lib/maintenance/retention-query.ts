import type { TenantId } from '../tenancy/tenant-id.js';

/** @publicApi */
export interface RetentionQuery {
  readonly tenantId: TenantId;
  /** @default all aggregate types */
  readonly aggregateType?: string;
  /** A stream goes when its last event was recorded longer ago than this; an integer from 1. */
  readonly olderThanDays: number;
}
