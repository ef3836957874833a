import { domainEventMetadata } from './domain-event.decorator.js';
import type { EventClass } from './event-class.js';

/** A type of event that a pipeline declares. */
export interface EventType {
  readonly type: string;
  readonly version: number;
  readonly eventClass: EventClass;
}

/** The event classes that the pipelines of this process declare, by type. */
export class EventTypeRegistry {
  private readonly types: ReadonlyMap<string, EventType>;

  /** @param eventClasses classes marked with `@DomainEvent`; others are passed over */
  constructor(eventClasses: Iterable<EventClass>) {
    this.types = new Map(
      Array.from(eventClasses).flatMap((eventClass) => {
        const metadata = domainEventMetadata(eventClass);
        return metadata ? [[metadata.type, { ...metadata, eventClass }]] : [];
      }),
    );
  }

  get(type: string): EventType | undefined {
    return this.types.get(type);
  }
}
