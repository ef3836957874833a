import type { JsonValue } from '../events/json-value.js';
import type { StoredEvent } from '../events/stored-event.js';
import { UndecodableEventError } from '../events/undecodable-event.error.js';
import { isReserved } from '../tenancy/reserved-prefix.js';
import type { CheckedCriteria, CheckedEventQuery } from './check-event-query.js';
import { containsJson } from './contains-json.js';

/**
 * Whether a stored event matches a query; those of our own streams match none. The tenant is the caller's to compare.
 *
 * @throws UndecodableEventError when it must look into a payload that is not JSON
 */
export function matchesQuery(query: CheckedEventQuery, event: StoredEvent): boolean {
  if (isReserved(event.aggregateType)) return false;
  let payload: JsonValue | undefined;
  const read = (): JsonValue => (payload ??= parse(event));
  return query.some((criteria) => matches(criteria, event, read));
}

function matches(
  { types, tags, payload, aggregateType, aggregateId }: CheckedCriteria,
  event: StoredEvent,
  read: () => JsonValue,
): boolean {
  if (types && !types.includes(event.type)) return false;
  if (aggregateType !== undefined && aggregateType !== event.aggregateType) return false;
  if (aggregateId !== undefined && aggregateId !== event.aggregateId) return false;
  if (!tags.every((tag) => event.tags.includes(tag))) return false;
  return payload === undefined || containsJson(read(), payload);
}

function parse(event: StoredEvent): JsonValue {
  try {
    return JSON.parse(event.payload) as JsonValue;
  } catch (cause) {
    throw new UndecodableEventError(event, 'its payload is not JSON', { cause });
  }
}
