import type { JsonValue } from '../../../events/json-value.js';

/** What the server's JSON functions refuse, taking the whole text for no JSON: integers above 64 bits … */
const LONG_DIGITS = /\d{19}/;
/** … and lone surrogates, which `JSON.stringify` escapes. */
const ESCAPED_SURROGATE = /\\ud[89a-f]/;
/** Integers from here on are written with an exponent, as the same number. */
const MIN_EXPONENT_NUMBER = 2 ** 63;

/** The text in which the server's JSON functions search a state, or '' where they can read the state's own text. */
export function searchTextOf(state: string): string {
  if (!LONG_DIGITS.test(state) && !ESCAPED_SURROGATE.test(state)) return '';
  return toSearchText(JSON.parse(state) as JsonValue);
}

/** JSON text that every JSON function of the server reads as the same value; lone surrogates become U+FFFD. */
export function toSearchText(value: JsonValue): string {
  if (typeof value === 'number' && Math.abs(value) >= MIN_EXPONENT_NUMBER) return value.toExponential();
  if (typeof value === 'string') return JSON.stringify(value.replace(/\p{Surrogate}/gu, '\ufffd'));
  if (Array.isArray(value)) return `[${value.map(toSearchText).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const properties = Object.entries(value)
    // No path can name such a property.
    .filter(([name]) => !/\p{Surrogate}/u.test(name))
    .map(([name, property]) => `${JSON.stringify(name)}:${toSearchText(property as JsonValue)}`);
  return `{${properties.join(',')}}`;
}
