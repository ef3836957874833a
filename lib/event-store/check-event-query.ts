import { InvalidArgumentError } from '../errors/invalid-argument.error.js';
import { checkTags } from '../events/check-tags.js';
import type { JsonValue } from '../events/json-value.js';
import { checkText } from './check-stream.js';
import type { EventCriteria, EventQuery } from './event-query.js';
import { checkPayloadPattern } from './check-payload-pattern.js';

/** Most criteria of one query. */
export const MAX_CRITERIA = 64;

/** Most types that the criteria of one query name together. */
export const MAX_QUERY_TYPES = 256;

/** Most bytes of the payload patterns of one query as JSON text. */
export const MAX_PATTERN_BYTES = 16_384;

/** Most UTF-8 bytes of the name of a type. */
const MAX_TYPE_BYTES = 512;

/** Criteria that something can match. */
export interface CheckedCriteria {
  /** At least one. */
  readonly types?: readonly string[];
  readonly tags: readonly string[];
  readonly payload?: { readonly [property: string]: JsonValue };
  readonly aggregateType?: string;
  readonly aggregateId?: string;
}

/** What matches is what one of the criteria matches. */
export type CheckedEventQuery = readonly CheckedCriteria[];

const PARTS: ReadonlySet<string> = new Set(['types', 'tags', 'payload', 'aggregateType', 'aggregateId']);

/** Checks a query and returns a copy that the caller cannot change. @throws InvalidArgumentError */
export function checkEventQuery(field: string, query: EventQuery): CheckedEventQuery {
  const criteria: readonly EventCriteria[] = Array.isArray(query) ? query : [query as EventCriteria];
  if (criteria.length > MAX_CRITERIA) {
    throw new InvalidArgumentError(
      field,
      `must not hold more than ${MAX_CRITERIA} criteria, but holds ${criteria.length}`,
    );
  }
  const checked = criteria.map((one, index) => checkCriteria(Array.isArray(query) ? `${field}[${index}]` : field, one));
  const types = checked.reduce((sum, one) => sum + (one.types?.length ?? 0), 0);
  if (types > MAX_QUERY_TYPES) {
    throw new InvalidArgumentError(field, `must not name more than ${MAX_QUERY_TYPES} types, but names ${types}`);
  }
  const bytes = checked.reduce(
    (sum, { payload }) => sum + (payload ? Buffer.byteLength(JSON.stringify(payload)) : 0),
    0,
  );
  if (bytes > MAX_PATTERN_BYTES) {
    throw new InvalidArgumentError(
      field,
      `must not have payload patterns of more than ${MAX_PATTERN_BYTES} bytes, but has ${bytes}`,
    );
  }
  return checked.filter((one) => one.types?.length !== 0);
}

function checkCriteria(field: string, criteria: EventCriteria): CheckedCriteria {
  if (typeof criteria !== 'object' || criteria === null || Array.isArray(criteria)) {
    throw new InvalidArgumentError(field, 'must be an object of criteria');
  }
  for (const part of Object.keys(criteria)) {
    // What is misspelled would let every event match.
    if (!PARTS.has(part)) throw new InvalidArgumentError(`${field}.${part}`, `is none of ${[...PARTS].join(', ')}`);
  }
  const { types, tags, payload, aggregateType, aggregateId } = criteria;
  return Object.freeze({
    types: types === undefined ? undefined : checkTypes(`${field}.types`, types),
    tags: tags === undefined ? [] : checkTags(`${field}.tags`, tags),
    payload: payload === undefined ? undefined : checkPayloadPattern(`${field}.payload`, payload),
    aggregateType: aggregateType === undefined ? undefined : checkText(`${field}.aggregateType`, aggregateType),
    aggregateId: aggregateId === undefined ? undefined : checkText(`${field}.aggregateId`, aggregateId),
  });
}

function checkTypes(field: string, types: readonly string[]): readonly string[] {
  const isType = (type: unknown): boolean => typeof type === 'string' && Buffer.byteLength(type) <= MAX_TYPE_BYTES;
  if (!Array.isArray(types) || !types.every(isType)) {
    throw new InvalidArgumentError(field, `must be an array of event types of at most ${MAX_TYPE_BYTES} bytes`);
  }
  return Object.freeze([...new Set(types)]);
}
