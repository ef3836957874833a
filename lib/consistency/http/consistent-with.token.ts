import type { FoldReference, MapReference } from '../../projections/projection-class.js';
import type { TenantId } from '../../tenancy/tenant-id.js';

export const CONSISTENT_WITH = Symbol.for('@event-sourcing/nestjs:consistent-with');

/** What `@ConsistentWith` says of a handler. */
export interface ConsistentWithMetadata {
  readonly awaited: readonly (FoldReference<unknown> | MapReference<unknown>)[];
  readonly options: {
    readonly timeoutMs?: number;
    readonly whenLate?: 'refuse' | 'read';
    readonly tenantId?: (request: never) => TenantId | undefined;
  };
}
