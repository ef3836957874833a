import type { JsonValue } from '../../events/json-value.js';
import { MAX_PATTERN_DEPTH } from '../check-payload-pattern.js';
import type { CheckedCriteria, CheckedEventQuery } from '../check-event-query.js';
import type { EventDraft } from '../prepare-append.js';
import type { PreparedAppendAll } from '../prepare-append-all.js';
import { isReserved } from '../../tenancy/reserved-prefix.js';
import type { StreamId } from '../stream-id.js';
import { wellFormed } from '../well-formed.js';

/** How many locks the contexts of one tenant share, so that no append takes more. */
export const BUCKETS = 256;

/** The advisory locks of one append. */
export interface LockKeys {
  /** The first half of each; of the tenant, so that tenants rarely wait for each other. */
  readonly lockClass: number;
  /**
   * The second halves, in the one order in which all appends take them: a negative one is that of a stream, and
   * exclusive; below `BUCKETS` a shared one of contexts; from there on the exclusive one of (it minus `BUCKETS`).
   */
  readonly locks: readonly number[];
}

/**
 * Which locks keep appends apart that must not overlap.
 *
 * An event carries keys: one for everything, one each for its type, its aggregate type, its tags and the scalars in its
 * payload. A criterion has one key that every event which could match it carries, or one for each of its types. Keys
 * are hashed into buckets. A writer takes the buckets of its events shared, and those of its condition exclusive: so a
 * condition waits for all who may write what it excludes, and they for it, and all others pass. That two keys meet in
 * one bucket costs a wait, and nothing else.
 */
export function lockKeys(schema: string, { parts, condition }: PreparedAppendAll): LockKeys {
  const { tenantId } = parts[0]!.stream;
  const streams = new Set(parts.map(({ stream }) => streamLock(stream)));
  const exclusive = new Set<number>();
  for (const lock of condition ? locksOfQuery(condition.query, tenantId) : [])
    (lock < 0 ? streams : exclusive).add(lock);
  const shared = new Set<number>();
  for (const { stream, drafts } of parts) {
    // No query matches what stands in our own streams.
    if (!isReserved(stream.aggregateType)) for (const draft of drafts) addBuckets(draft, shared);
  }
  const contexts = [...new Set([...shared, ...exclusive])].sort((a, b) => a - b);
  return {
    lockClass: hash(`${schema}\u0000${tenantId}`),
    locks: [
      ...[...streams].sort((a, b) => a - b),
      ...contexts.map((bucket) => (exclusive.has(bucket) ? bucket + BUCKETS : bucket)),
    ],
  };
}

function locksOfQuery(query: CheckedEventQuery, tenantId: StreamId['tenantId']): number[] {
  return query.flatMap((criteria) => {
    const { aggregateType, aggregateId } = criteria;
    if (aggregateType !== undefined && aggregateId !== undefined) {
      return [streamLock({ tenantId, aggregateType, aggregateId })];
    }
    return keysOf(criteria).map(bucketOf);
  });
}

/** One key that every event which could match carries, the rarest by the look of it; of several types one each. */
function keysOf({ tags, payload, types, aggregateType }: CheckedCriteria): string[] {
  if (tags.length > 0) return [tagKey(longest(tags))];
  const scalars: Scalar[] = [];
  if (payload) addScalars(payload, '', MAX_PATTERN_DEPTH, scalars);
  if (scalars.length > 0) return [longest(scalars.map(({ key, weight }) => ({ key, length: weight }))).key];
  if (types) return types.map(typeKey);
  return [aggregateType === undefined ? EVERYTHING : aggregateKey(aggregateType)];
}

function addBuckets({ type, aggregateType, tags, payload }: EventDraft, buckets: Set<number>): void {
  if (buckets.size === BUCKETS) return;
  for (const key of [EVERYTHING, typeKey(type), aggregateKey(aggregateType), ...tags.map(tagKey)]) {
    buckets.add(bucketOf(key));
  }
  const scalars: Scalar[] = [];
  addScalars(JSON.parse(payload) as JsonValue, '', MAX_PATTERN_DEPTH, scalars);
  for (const { key } of scalars) buckets.add(bucketOf(key));
}

const EVERYTHING = '*';
const typeKey = (type: string): string => `type ${type}`;
const aggregateKey = (aggregateType: string): string => `aggregate ${aggregateType}`;
const tagKey = (tag: string): string => `tag ${tag}`;

interface Scalar {
  readonly key: string;
  /** How rare it looks. */
  readonly weight: number;
}

/** The scalars of a value with their paths, in which the places in arrays do not show: containment knows none. */
function addScalars(value: JsonValue, path: string, depth: number, found: Scalar[]): void {
  if (typeof value === 'string') {
    const text = wellFormed(value);
    found.push({ key: `${path}="${text}`, weight: 2 + text.length });
  } else if (typeof value !== 'object' || value === null) {
    found.push({ key: `${path}=${value}`, weight: typeof value === 'number' ? 2 : 1 });
  } else if (depth > 0) {
    if (Array.isArray(value)) {
      for (const element of value as readonly JsonValue[]) addScalars(element, path, depth - 1, found);
    } else {
      for (const [name, property] of Object.entries(value)) {
        addScalars(property as JsonValue, `${path}.${wellFormed(name)}`, depth - 1, found);
      }
    }
  }
}

function longest<T extends { readonly length: number }>(candidates: readonly T[]): T {
  return candidates.reduce((best, one) => (one.length > best.length ? one : best));
}

function bucketOf(key: string): number {
  return (hash(key) >>> 0) % BUCKETS;
}

/** Negative, and so none of the buckets. */
function streamLock({ aggregateType, aggregateId }: StreamId): number {
  return hash(`${aggregateType}\u0000${aggregateId}`) | -0x80000000;
}

/** FNV-1a over UTF-16 units, with a last mixing of its bits: a signed integer of 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  return value ^ (value >>> 13);
}
