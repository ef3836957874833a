import type { JsonValue } from '../events/json-value.js';

/**
 * What an event must be to match: all of the parts that are given. Without any part every event of the tenant matches.
 *
 * It is compared with what is **stored**: type, tags and data as they were appended, in the version of that time.
 * Upcasters run after the match, so a query for a property that a later version brought finds no older event.
 *
 * @publicApi
 */
export interface EventCriteria {
  /** It is of one of these types; none matches an empty list. @default any */
  readonly types?: readonly string[];
  /** It has all of these tags. @default any */
  readonly tags?: readonly string[];
  /**
   * Its data contains this object: every property is there with a value that contains the given one. An array contains
   * another when each element of that is contained in one of its own, in any order. Scalars contain what equals them,
   * numbers by their value; `null` is contained only in a property that is there and null. (The operator `@>` of
   * PostgreSQL's `jsonb`, on every store.)
   */
  readonly payload?: { readonly [property: string]: JsonValue };
  readonly aggregateType?: string;
  readonly aggregateId?: string;
}

/**
 * Which events are meant: those that match the criteria, or one of several. An empty list matches nothing.
 *
 * At most 64 criteria, which name 256 types together; payload patterns have at most 32 levels and 16,384 bytes together.
 *
 * @publicApi
 */
export type EventQuery = EventCriteria | readonly EventCriteria[];
