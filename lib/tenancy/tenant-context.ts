import type { AmbientContext } from './ambient-context.js';
import { ambientFrame } from './ambient-frame.js';
import { InvalidTenantError } from './invalid-tenant.error.js';
import type { TenantId } from './tenant-id.js';

/**
 * Tenant, correlation and trace of the work at hand, kept in AsyncLocalStorage.
 *
 * @publicApi
 */
export const TenantContext = {
  /** Runs `work` with this context; nested calls replace it for their own extent. */
  run<T>(context: AmbientContext, work: () => T): T {
    return ambientFrame.run({ ...ambientFrame.getStore(), context }, work);
  },

  /** The context of the work at hand, or `undefined` outside of any. */
  current(): AmbientContext | undefined {
    return ambientFrame.getStore()?.context;
  },

  /**
   * The tenant of the work at hand.
   *
   * @throws InvalidTenantError outside of any context
   */
  requireTenantId(): TenantId {
    const context = ambientFrame.getStore()?.context;
    if (!context) throw new InvalidTenantError('is missing');
    return context.tenantId;
  },
} as const;
