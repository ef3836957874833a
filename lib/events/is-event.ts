import { domainEventMetadata } from './domain-event.decorator.js';
import type { EventClass } from './event-class.js';
import type { RecordedEvent } from './recorded-event.js';

/**
 * Narrows a recorded event to a class, by its type.
 *
 * @example if (isEvent(event, SpanReceived)) event.data.spanId;
 * @publicApi
 */
export function isEvent<T extends object>(event: RecordedEvent, eventClass: EventClass<T>): event is RecordedEvent<T> {
  return event.type === domainEventMetadata(eventClass)?.type;
}
