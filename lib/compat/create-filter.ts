import type { EventFilter } from './event-filter.js';

/** @publicApi */
export function createFilter(
  eventTypes: readonly string[],
  payloadPredicates?: readonly Record<string, unknown>[],
): EventFilter {
  return { eventTypes, ...(payloadPredicates && { payloadPredicates }) };
}
