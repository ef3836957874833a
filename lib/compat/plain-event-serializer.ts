import { EventSerializer, type SerializedData } from '../events/event-serializer.js';
import { EventTypeRegistry } from '../events/event-type-registry.js';
import type { NewEvent } from '../events/new-event.js';
import type { PlainEvent } from './plain-event.js';

/** Lets events through that have no class: their type is a property, and valid is whatever JSON can hold. */
export class PlainEventSerializer extends EventSerializer {
  constructor() {
    super(new EventTypeRegistry([]), { problems: () => [] });
  }

  /** @throws InvalidEventError */
  override serialize({ data }: NewEvent): SerializedData {
    const { eventType, payload } = data as PlainEvent;
    return { type: eventType, version: 1, payload: this.toJson(eventType, payload), derivedTags: [] };
  }
}
