import type { TenantId } from '../tenancy/tenant-id.js';
import type { AppendCondition } from '../event-store/append-options.js';

/** @publicApi */
export interface SaveOptions {
  /** @default the one that it was loaded for, else that of the work at hand (`TenantContext`) */
  readonly tenantId?: TenantId;
  /**
   * Makes the save idempotent, as a key does an append: 1 to 512 UTF-8 bytes. When it is known already, nothing is stored
   * and the object is of no more use, since its state holds its events twice.
   */
  readonly key?: string;
  /** For rules that span aggregates: what must not have happened elsewhere. Not on ClickHouse. @default nothing */
  readonly condition?: AppendCondition;
}
