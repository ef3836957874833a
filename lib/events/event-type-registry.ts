import { domainEventMetadata } from './domain-event.decorator.js';
import type { EventClass } from './event-class.js';
import type { UpcastStep } from './upcast-step.js';

/** A type of event that a pipeline declares. */
export interface EventType {
  readonly type: string;
  readonly version: number;
  readonly eventClass: EventClass;
  /** The steps from older versions, by the version that they take. */
  readonly steps: ReadonlyMap<number, UpcastStep>;
}

/** The event classes that the pipelines of this process declare, by type. */
export class EventTypeRegistry {
  private readonly types: ReadonlyMap<string, EventType>;

  /** @param eventClasses classes marked with `@DomainEvent`; others are passed over */
  constructor(eventClasses: Iterable<EventClass>, steps: readonly UpcastStep[] = []) {
    this.types = new Map(
      Array.from(eventClasses).flatMap((eventClass) => {
        const metadata = domainEventMetadata(eventClass);
        if (!metadata) return [];
        const own = steps.filter(({ type }) => type === metadata.type);
        return [[metadata.type, { ...metadata, eventClass, steps: new Map(own.map((step) => [step.from, step])) }]];
      }),
    );
  }

  get(type: string): EventType | undefined {
    return this.types.get(type);
  }
}
