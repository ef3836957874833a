import type { Event, EventRecord } from './event.js';
import type { EventFilter, EventQuery } from './event-filter.js';

/** @publicApi */
export interface QueryResult {
  /** In the order of their sequence numbers. */
  readonly events: EventRecord[];
  /** Of the last event; 0 without events. */
  readonly maxSequenceNumber: number;
}

/** Called with new events, in order. It may reject: then it is called again with the same ones. @publicApi */
export type HandleEvents = (events: EventRecord[]) => Promise<void>;

/** @publicApi */
export interface EventSubscription {
  readonly id: string;
  /** Resolves when the handler does not run any more; called by the handler itself, at once. */
  unsubscribe(): Promise<void>;
}

/**
 * A log of one tenant that is written under a condition and queried by content.
 *
 * @publicApi
 */
export interface EventStore {
  query(filterCriteria: EventQuery | EventFilter): Promise<QueryResult>;

  /**
   * Appends all events or none; none at all when the list is empty. Resolves when every subscriber that had nothing
   * else to do has been called, and its handler has ended, or after a bound for that (`callTimeoutMs`).
   *
   * With a filter only when the highest sequence number among the events that match it is the expected one. A query
   * without filters is no condition; the options of a query are not part of it.
   *
   * @throws ContextChangedError when it is another
   * @throws InvalidArgumentError, StoreUnavailableError
   * @throws AppendOutcomeUnknownError when it may or may not have been stored
   */
  append(events: readonly Event[]): Promise<void>;
  append(
    events: readonly Event[],
    filterCriteria: EventQuery | EventFilter,
    expectedMaxSequenceNumber: number,
  ): Promise<void>;

  /**
   * Calls the handler with every event that is appended from now on, by whichever process, in order and at least once.
   * A handler that fails is called again after a while, so it misses nothing, and delays nobody else. One that never ends
   * is not called again, and holds up `append` for its bound.
   */
  subscribe(handle: HandleEvents): Promise<EventSubscription>;
}
