import type { JsonValue } from './json-value.js';

/**
 * The data of an event as the log holds it.
 *
 * @publicApi
 */
export type EventData = Readonly<Record<string, JsonValue>>;

/**
 * Brings the data of old events into a newer shape, whenever they are read. The log itself stays as it is.
 *
 * @publicApi
 */
export interface EventUpcaster {
  /** Pure, and answers at once: the same data must give the same result in every process. */
  upcast(data: EventData): EventData;
}
