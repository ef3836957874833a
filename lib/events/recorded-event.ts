import type { TenantId } from '../tenancy/tenant-id.js';
import type { EventId } from './event-id.js';
import type { EventMetadata } from './event-metadata.js';

/**
 * An event as the log holds it.
 *
 * @typeParam T the event class; `data` is an instance of it (prototype set, constructor not run)
 * @publicApi
 */
export interface RecordedEvent<T extends object = object> {
  readonly id: EventId;
  readonly tenantId: TenantId;
  readonly aggregateType: string;
  readonly aggregateId: string;
  /** Position in the stream of its aggregate: 1, 2, 3 …, without holes. */
  readonly sequence: number;
  readonly type: string;
  readonly version: number;
  readonly data: T;
  /** What queries find it by, in the order given. */
  readonly tags: readonly string[];
  readonly metadata: EventMetadata;
  /** When it happened, by the producer's clock. */
  readonly occurredAt: Date;
  /** When it was recorded, by the store's server. */
  readonly recordedAt: Date;
}
