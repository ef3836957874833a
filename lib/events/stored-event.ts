import type { TenantId } from '../tenancy/tenant-id.js';
import type { EventId } from './event-id.js';
import type { EventMetadata } from './event-metadata.js';

/**
 * An event in the JSON-safe form that stores keep and queue jobs carry. {@link EventSerializer} turns it into a
 * `RecordedEvent`.
 *
 * @publicApi
 */
export interface StoredEvent {
  readonly id: EventId;
  readonly tenantId: TenantId;
  readonly aggregateType: string;
  readonly aggregateId: string;
  readonly sequence: number;
  readonly type: string;
  readonly version: number;
  /** The event's data as JSON text. */
  readonly payload: string;
  readonly tags: readonly string[];
  readonly metadata: EventMetadata;
  /** Milliseconds since the epoch. */
  readonly occurredAt: number;
  /** Milliseconds since the epoch. */
  readonly recordedAt: number;
}
