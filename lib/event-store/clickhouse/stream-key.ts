import { encodeKey } from '../../tenancy/encode-key.js';
import type { TenantId } from '../../tenancy/tenant-id.js';
import type { StreamId } from '../stream-id.js';

/** The name of a stream as a key of maps, different for different streams. */
export function streamKey({ tenantId, aggregateType, aggregateId }: StreamId): string {
  return encodeKey(tenantId, aggregateType, aggregateId);
}

/** Whether a stream key is of a tenant. */
export function isOfTenant(key: string, tenantId: TenantId): boolean {
  return key.startsWith(`${encodeKey(tenantId)}:`);
}

/** Whether a stream key is of an aggregate type. */
export function isOfType(key: string, aggregateType: string): boolean {
  return key.split(':')[1] === encodeKey(aggregateType);
}

/** The stream of a key that `streamKey` made. */
export function streamOfKey(key: string): StreamId {
  const [tenantId = '', aggregateType = '', aggregateId = ''] = key.split(':').map(decodeURIComponent);
  return { tenantId: tenantId as TenantId, aggregateType, aggregateId };
}
