import type { RecordedEvent } from '../events/recorded-event.js';
import type { TenantId } from '../tenancy/tenant-id.js';

/**
 * What a reactor is told beside its event.
 *
 * @publicApi
 */
export interface ReactorContext<S> {
  readonly tenantId: TenantId;
  /** Of the event. */
  readonly aggregateType: string;
  /** Of the event. */
  readonly aggregateId: string;
  /** The id of the fold's row: that of the aggregate, or the key where the fold has one. */
  readonly foldId: string;
  /** The saved state of the fold at or after the event; `null` when the row was deleted. */
  readonly state: S | null;
  /**
   * The sequence that `state` stands at, whether the fold lists that event or not. A reactor that lists all events of its
   * aggregate, and for which only the last one counts, may pass over those that stand before it.
   */
  readonly foldSequence: number;
  /** Which attempt this is, from 1. */
  readonly attempt: number;
  /** Aborted when the reactor takes too long or the process must go. */
  readonly signal: AbortSignal;
}

/**
 * Does something about an event after a fold has saved it. May be called more than once for one event.
 *
 * @publicApi
 */
export interface ReactorHandler<S, E extends object = object> {
  handle(event: RecordedEvent<E>, context: ReactorContext<S>): Promise<void> | void;
}
