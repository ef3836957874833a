import type { EventId } from '../../events/event-id.js';
import type { JsonValue } from '../../events/json-value.js';
import type { TenantId } from '../../tenancy/tenant-id.js';

/** What a map projection made of one event. @publicApi */
export interface RecordRow {
  readonly tenantId: TenantId;
  /** Name of the projection. */
  readonly projection: string;
  /** Version of the projection. */
  readonly version: number;
  readonly aggregateId: string;
  /** The sequence of the event. */
  readonly sequence: number;
  readonly eventId: EventId;
  /**
   * `null` when the event was mapped to nothing; kept so that it counts as done. At most 4,194,304 bytes as JSON, and
   * 500 objects and arrays within each other.
   */
  readonly record: JsonValue;
  /** When the event was recorded; milliseconds since the epoch. */
  readonly recordedAt: number;
}
