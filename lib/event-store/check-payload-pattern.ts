import { InvalidArgumentError } from '../errors/invalid-argument.error.js';
import type { JsonValue } from '../events/json-value.js';
import { wellFormed } from './well-formed.js';

/** Most objects and arrays within each other of a payload pattern, the outermost included. */
export const MAX_PATTERN_DEPTH = 32;

/** Checks a payload pattern and returns a copy, its texts as they are compared. @throws InvalidArgumentError */
export function checkPayloadPattern(field: string, pattern: unknown): { readonly [property: string]: JsonValue } {
  if (typeof pattern !== 'object' || pattern === null || Array.isArray(pattern)) {
    throw new InvalidArgumentError(field, 'must be an object');
  }
  return copy(field, pattern, MAX_PATTERN_DEPTH) as { readonly [property: string]: JsonValue };
}

/** What JSON would drop or change is refused: it would make a query match more than it says. */
function copy(field: string, value: unknown, depth: number): JsonValue {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'string') return wellFormed(value);
  // Adding 0 turns -0, which JSON does not know, into 0.
  if (typeof value === 'number' && Number.isFinite(value)) return value + 0;
  if (typeof value !== 'object' || !(Array.isArray(value) || isPlain(value))) {
    throw new InvalidArgumentError(field, 'must be a JSON value');
  }
  if (depth === 0) throw new InvalidArgumentError(field, `must not be nested deeper than ${MAX_PATTERN_DEPTH} levels`);
  if (Array.isArray(value)) {
    return Object.freeze(Array.from(value, (element, index) => copy(`${field}[${index}]`, element, depth - 1)));
  }
  const entries = Object.entries(value).map(([name, property]) => [
    wellFormed(name),
    copy(`${field}.${name}`, property, depth - 1),
  ]);
  return Object.freeze(Object.fromEntries(entries) as { [property: string]: JsonValue });
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
