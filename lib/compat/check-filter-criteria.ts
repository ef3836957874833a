import type { JsonValue } from '../events/json-value.js';
import type { EventCriteria } from '../event-store/event-query.js';
import { InvalidArgumentError } from '../errors/invalid-argument.error.js';
import type { StreamId } from '../event-store/stream-id.js';
import type { EventFilter, EventQuery } from './event-filter.js';

/** What a filter or query asks for, in the terms of the store underneath. */
export interface FilterCriteria {
  /** One for each predicate; empty when there are no filters. */
  readonly criteria: readonly EventCriteria[];
  /** Only events with a higher sequence. */
  readonly after: number;
}

/** @throws InvalidArgumentError */
export function checkFilterCriteria(given: EventQuery | EventFilter, stream: StreamId): FilterCriteria {
  const query = (given ?? {}) as Partial<EventQuery & EventFilter>;
  const filters = query.filters ?? [query as EventFilter];
  if (!Array.isArray(filters)) throw new InvalidArgumentError('filterCriteria.filters', 'must be an array');
  const after = query.options?.minSequenceNumber ?? 0;
  if (!Number.isSafeInteger(after)) {
    throw new InvalidArgumentError('filterCriteria.options.minSequenceNumber', 'must be an integer');
  }
  return { criteria: filters.flatMap((filter) => toCriteria(filter as EventFilter, stream)), after };
}

function toCriteria(filter: EventFilter, { aggregateType, aggregateId }: StreamId): EventCriteria[] {
  const { eventTypes, payloadPredicates = [] } = (filter ?? {}) as Partial<EventFilter>;
  if (!Array.isArray(eventTypes))
    throw new InvalidArgumentError('filter.eventTypes', 'must be an array of event types');
  if (!Array.isArray(payloadPredicates)) {
    throw new InvalidArgumentError('filter.payloadPredicates', 'must be an array of objects');
  }
  const common = { aggregateType, aggregateId, ...(eventTypes.length > 0 && { types: eventTypes as string[] }) };
  if (payloadPredicates.length === 0) return [common];
  return payloadPredicates.map((payload) => ({ ...common, payload: payload as Record<string, JsonValue> }));
}
