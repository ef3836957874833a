import type { TenantId } from '../tenancy/tenant-id.js';

/** @publicApi */
export interface HeadsQuery {
  readonly aggregateType: string;
  /** Only events of these types count. @default all */
  readonly types?: readonly string[];
  /** @default all tenants */
  readonly tenantId?: TenantId;
}

/** One stream as the reconciler compares it. @publicApi */
export interface StreamHead {
  readonly tenantId: TenantId;
  readonly aggregateId: string;
  /** Highest sequence among the events that count. */
  readonly sequence: number;
  /** How many events count. */
  readonly count: number;
  /** Last sequence that retention has removed; absent where it has removed none. */
  readonly emptiedHead?: number;
}
