import { DomainEvent } from '../../events/domain-event.decorator.js';
import type { EventId } from '../../events/event-id.js';
import type { LogPlace } from '../../event-store/log-row.js';
import type { RecordedEvent } from '../../events/recorded-event.js';

/** Says that an event counts for a key: an entry of the stream that a fold with keys folds. Of the same tenant. */
@DomainEvent('$link')
export class Link {
  aggregateType!: string;
  aggregateId!: string;
  sequence!: number;
  eventId!: EventId;
  /** Of the event. */
  type!: string;

  static to({ aggregateType, aggregateId, sequence, id, type }: RecordedEvent): Link {
    return Object.assign(new Link(), { aggregateType, aggregateId, sequence, eventId: id, type });
  }
}

/** Where the event stands that an entry leads to. */
export function placeOf({ tenantId, data }: RecordedEvent): LogPlace {
  const { aggregateType, aggregateId, sequence } = data as Link;
  return { tenantId, aggregateType, aggregateId, sequence };
}
