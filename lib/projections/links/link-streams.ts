import type { StreamId } from '../../event-store/stream-id.js';
import type { TenantId } from '../../tenancy/tenant-id.js';

/** Types of users do not begin so. */
const PREFIX = '$links:';

/** The aggregate type of the streams that a fold with keys folds, one a key. @param component `name@version` */
export function linksType(component: string): string {
  return PREFIX + component;
}

/** The links of one key. */
export function linkStream({ component }: { readonly component: string }, tenantId: TenantId, key: string): StreamId {
  return { tenantId, aggregateType: linksType(component), aggregateId: key };
}
