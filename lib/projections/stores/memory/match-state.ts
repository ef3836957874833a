import type { JsonValue } from '../../../events/json-value.js';
import { compareText } from '../../../tenancy/compare-text.js';
import type { CheckedCondition } from '../check-projection-query.js';

/** Types in their order; what is neither absent nor a scalar comes last, all of it equal. */
const RANKS: Readonly<Record<string, number>> = { boolean: 1, number: 2, string: 3, object: 4 };

/** Whether a state satisfies a condition. */
export function matchesState(state: JsonValue, { path, ...condition }: CheckedCondition): boolean {
  const value = propertyAt(state, path);
  switch (condition.operator) {
    case 'in':
      return condition.value.includes(value as never);
    case 'contains':
      return Array.isArray(value) && value.map(wellFormed).includes(condition.value);
    default:
      if (typeof value !== typeof condition.value) return false;
      return holds(condition.operator, compareValues(value, condition.value));
  }
}

/** The property at a path; `null` where there is none. Arrays have no properties. */
export function propertyAt(state: JsonValue, path: readonly string[]): JsonValue {
  let value = state;
  for (const name of path) {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, name)) return null;
    value = (value as { readonly [key: string]: JsonValue })[name]!;
  }
  return wellFormed(value);
}

/** Order over types: null, boolean, number, string. */
export function compareValues(a: JsonValue, b: JsonValue): number {
  const difference = rank(a) - rank(b);
  if (difference !== 0) return difference;
  if (typeof a === 'string') return compareText(a, b as string);
  return typeof a === 'number' || typeof a === 'boolean' ? Number(a) - Number(b) : 0;
}

function holds(operator: 'gt' | 'gte' | 'lt' | 'lte', order: number): boolean {
  switch (operator) {
    case 'gt':
      return order > 0;
    case 'gte':
      return order >= 0;
    case 'lt':
      return order < 0;
    case 'lte':
      return order <= 0;
  }
}

function rank(value: JsonValue): number {
  return value === null ? 0 : RANKS[typeof value]!;
}

/** Databases have no lone surrogates, so they compare as U+FFFD everywhere. */
function wellFormed(value: JsonValue): JsonValue {
  return typeof value === 'string' ? value.replace(/\p{Surrogate}/gu, '\ufffd') : value;
}
