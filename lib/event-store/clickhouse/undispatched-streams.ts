import type { TenantId } from '../../tenancy/tenant-id.js';
import type { DispatchedRange, UndispatchedQuery, UndispatchedStream } from '../undispatched-stream.js';

/**
 * Which streams have events that nobody has said to be dispatched. A stream is noted before its events are stored and
 * struck afterwards, so it may stand here without need, but never lacks with need.
 */
export interface UndispatchedStreams {
  /** Those that wait longest first. */
  find(query: UndispatchedQuery): Promise<readonly UndispatchedStream[]>;
  /** A range at an end of what is noted shortens it; any other one does nothing. */
  strike(ranges: readonly DispatchedRange[]): Promise<void>;
  /** See `EventStore.undispatchedLife`. */
  life(): Promise<string>;
  forget(tenantId: TenantId): Promise<void>;
}
