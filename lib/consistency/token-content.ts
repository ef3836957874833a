import type { StreamId } from '../event-store/stream-id.js';
import type { TenantId } from '../tenancy/tenant-id.js';

/** A part of one stream; both ends inclusive. */
export interface StreamRange {
  readonly stream: StreamId;
  readonly firstSequence: number;
  readonly lastSequence: number;
}

/** Most events that one token may be about: to know the keys or records of some projections, they are read. */
export const MAX_RANGE_EVENTS = 100_000;

/** What a token says. */
export type TokenContent =
  | (StreamRange & { readonly kind: 'stored'; readonly tenantId: TenantId })
  | { readonly kind: 'queued'; readonly tenantId: TenantId; readonly receiptId: string }
  | { readonly kind: 'eventless'; readonly tenantId: TenantId };
