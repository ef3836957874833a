import type { StagedJob } from '../../queue/staged-job.js';
import type { TenantId } from '../../tenancy/tenant-id.js';

/** How far one component has come, compared with what it is made from. */
export interface Comparison {
  /** Of whom: kind and component, such as `fold` and `totals@1`. */
  readonly kind: string;
  readonly component: string;
  /** The component whose rows it is compared with, if those are not its own. */
  readonly follows?: string;

  /**
   * The jobs that bring the component up to where its source stands, in bounded memory.
   *
   * @param tenantId absent for all tenants
   * @param signal ends it, with its reason
   */
  lack(tenantId?: TenantId, signal?: AbortSignal): AsyncIterable<StagedJob>;
}
