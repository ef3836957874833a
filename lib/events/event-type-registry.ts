import type { EventClass } from './event-class.js';

/** A type of event that a pipeline declares. */
export interface EventType {
  readonly type: string;
  readonly version: number;
  readonly eventClass: EventClass;
}

/** The event classes that the pipelines of this process declare, by type. Filled once at boot. */
export class EventTypeRegistry {
  private readonly types = new Map<string, EventType>();

  register(eventType: EventType): void {
    this.types.set(eventType.type, eventType);
  }

  get(type: string): EventType | undefined {
    return this.types.get(type);
  }
}
