import { asRead } from '../aggregates/as-read.js';
import { domainEventMetadata } from '../events/domain-event.decorator.js';
import type { EventClass } from '../events/event-class.js';
import type { NewEvent } from '../events/new-event.js';

/** What has happened: an event, or one as `EventStore.append` takes it, with its time and metadata. @publicApi */
export type GivenEvent = object | NewEvent;

/** @throws InvalidEventError for what is no event */
export function toNewEvent(given: GivenEvent): NewEvent {
  const isEvent = domainEventMetadata(given?.constructor) !== undefined;
  const event = isEvent || !('data' in given) ? { data: given } : given;
  return { ...event, data: asRead(event.data) };
}

/** The classes of events, each once. */
export function classesOf(events: readonly NewEvent[]): readonly EventClass[] {
  return [...new Set(events.map(({ data }) => data.constructor as EventClass))];
}
