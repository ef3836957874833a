import type { TenantId } from '../tenancy/tenant-id.js';

/** Options of `Consistency.applied()`. @publicApi */
export interface AppliedOptions {
  /**
   * How long is waited in all, for the outcome of the command as well; milliseconds from 0, which only looks.
   *
   * @default `commandTimeoutMs` of `forRoot()`
   */
  readonly timeoutMs?: number;
  /** A token of another tenant is refused. @default the tenant of the work at hand (`TenantContext`), if there is one */
  readonly tenantId?: TenantId;
}
