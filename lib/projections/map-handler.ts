import type { RecordedEvent } from '../events/recorded-event.js';

/**
 * Makes one record of one event.
 *
 * @publicApi
 */
export interface MapHandler<E extends object, R> {
  /** A JSON value; `null` when the event gives no record. Pure: the same event must give the same record. */
  map(event: RecordedEvent<E>): R | null;
}
