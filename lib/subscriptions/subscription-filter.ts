import { checkPayloadPattern } from '../event-store/check-payload-pattern.js';
import { checkText } from '../event-store/check-stream.js';
import { containsJson } from '../event-store/contains-json.js';
import { InvalidArgumentError } from '../errors/invalid-argument.error.js';
import { checkTags } from '../events/check-tags.js';
import type { JsonValue } from '../events/json-value.js';
import type { RecordedEvent } from '../events/recorded-event.js';
import { createTenantId } from '../tenancy/create-tenant-id.js';
import type { SubscriptionQuery } from './subscription-query.js';

/** Whether an event is meant. */
export type EventFilter = (event: RecordedEvent) => boolean;

const PARTS: ReadonlySet<string> = new Set(['events', 'tenants', 'tags', 'payload', 'aggregateId', 'where']);

/**
 * What a query says beside the classes of events, as a function.
 *
 * @throws InvalidArgumentError, InvalidTenantError
 */
export function toFilter(field: string, query: SubscriptionQuery): EventFilter {
  if (typeof query !== 'object' || query === null || Array.isArray(query)) {
    throw new InvalidArgumentError(field, 'must be an object');
  }
  for (const part of Object.keys(query)) {
    // What is misspelled would let every event through.
    if (!PARTS.has(part)) throw new InvalidArgumentError(`${field}.${part}`, `is none of ${[...PARTS].join(', ')}`);
  }
  const { tenants, tags, payload, aggregateId, where } = query;
  const filters: EventFilter[] = [];
  if (tenants !== undefined) {
    if (!Array.isArray(tenants)) throw new InvalidArgumentError(`${field}.tenants`, 'must be an array of tenants');
    const wanted = new Set<string>(tenants.map((tenant) => createTenantId(tenant)));
    filters.push(({ tenantId }) => wanted.has(tenantId));
  }
  if (aggregateId !== undefined) {
    const wanted = checkText(`${field}.aggregateId`, aggregateId);
    filters.push((event) => event.aggregateId === wanted);
  }
  if (tags !== undefined) {
    const wanted = checkTags(`${field}.tags`, tags);
    filters.push((event) => wanted.every((tag) => event.tags.includes(tag)));
  }
  if (payload !== undefined) {
    const pattern = checkPayloadPattern(`${field}.payload`, payload);
    // As JSON carries it: what is compared with stands in no class.
    filters.push(({ data }) => containsJson(JSON.parse(JSON.stringify(data)) as JsonValue, pattern));
  }
  if (where !== undefined) {
    if (typeof where !== 'function') throw new InvalidArgumentError(`${field}.where`, 'must be a function');
    filters.push((event) => holds(where, event));
  }
  return (event) => filters.every((filter) => filter(event));
}

/** A filter that fails, or does not say, does the work rather than drops it. */
function holds(where: NonNullable<SubscriptionQuery['where']>, event: RecordedEvent): boolean {
  try {
    return where(event) !== false;
  } catch {
    return true;
  }
}
