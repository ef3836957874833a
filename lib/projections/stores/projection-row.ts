import type { JsonValue } from '../../events/json-value.js';
import type { TenantId } from '../../tenancy/tenant-id.js';

/** Names one row of a fold projection. @publicApi */
export interface ProjectionKey {
  readonly tenantId: TenantId;
  /** Name of the projection. */
  readonly projection: string;
  /** Version of the projection. */
  readonly version: number;
  /** Id of the aggregate, or of whatever the projection is keyed by. */
  readonly id: string;
}

/** The state of a fold after the events 1 to `sequence` of its stream. @publicApi */
export interface ProjectionRow extends ProjectionKey {
  /** The last sequence that the row covers. */
  readonly sequence: number;
  /**
   * `null` marks a deleted row, which still holds its sequence. At most 4,194,304 bytes as JSON, and 500 objects and
   * arrays within each other.
   */
  readonly state: JsonValue;
  /** When the last covered event was recorded; milliseconds since the epoch. */
  readonly updatedAt: number;
}
