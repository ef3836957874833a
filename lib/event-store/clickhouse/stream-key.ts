import { encodeKey } from '../../tenancy/encode-key.js';
import type { StreamId } from '../stream-id.js';

/** The name of a stream as a key of maps, different for different streams. */
export function streamKey({ tenantId, aggregateType, aggregateId }: StreamId): string {
  return encodeKey(tenantId, aggregateType, aggregateId);
}
