import type { StreamId } from '../../event-store/stream-id.js';
import type { TenantId } from '../../tenancy/tenant-id.js';

/** Types of users do not begin so. */
const PREFIX = '$links:';

/** The aggregate type of the streams that a fold with keys folds, one a key. @param component `name@version` */
export function linksType(component: string): string {
  return PREFIX + component;
}

/** The fold whose links stand in streams of this type; undefined for streams of anything else. */
export function foldOfLinks(aggregateType: string): string | undefined {
  return aggregateType.startsWith(PREFIX) ? aggregateType.slice(PREFIX.length) : undefined;
}

/** The links of one key. */
export function linkStream(
  { aggregateType }: { readonly aggregateType: string },
  tenantId: TenantId,
  key: string,
): StreamId {
  return { tenantId, aggregateType, aggregateId: key };
}
