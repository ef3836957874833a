import type { JsonValue } from '../events/json-value.js';
import { wellFormed } from './well-formed.js';

type JsonObject = { readonly [property: string]: JsonValue };

/** Whether a stored value contains a checked pattern, as `EventCriteria.payload` says. */
export function containsJson(value: JsonValue | undefined, pattern: JsonValue): boolean {
  if (typeof pattern === 'string') return typeof value === 'string' && wellFormed(value) === pattern;
  if (typeof pattern !== 'object' || pattern === null) return value === pattern;
  if (typeof value !== 'object' || value === null) return false;
  if (isArray(pattern)) {
    return isArray(value) && pattern.every((wanted) => value.some((element) => containsJson(element, wanted)));
  }
  return (
    !isArray(value) && Object.entries(pattern).every(([name, wanted]) => containsJson(propertyOf(value, name), wanted))
  );
}

function propertyOf(value: JsonObject, name: string): JsonValue | undefined {
  if (!name.includes('\ufffd')) return Object.hasOwn(value, name) ? value[name] : undefined;
  // Several names may have come to be the same; the last one counts.
  return Object.entries(value).findLast(([own]) => wellFormed(own) === name)?.[1];
}

function isArray(value: JsonObject | readonly JsonValue[]): value is readonly JsonValue[] {
  return Array.isArray(value);
}
