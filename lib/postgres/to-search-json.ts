import type { JsonValue } from '../events/json-value.js';

/** JSON text that may hold a character which `jsonb` does not take, or which stands for one here. */
const NEEDS_ENCODING = /\\u000[01]|\\ud[89a-f]/;

/** What databases cannot hold, and what marks it. */
// oxlint-disable-next-line no-control-regex -- control characters are exactly what is looked for
const SPECIAL = /[\u0000\u0001]|\p{Surrogate}/gu;

/**
 * The JSON text by which `jsonb` searches a value. `jsonb` refuses NUL, so U+0001 marks it: NUL is written as U+0001
 * U+0001, and U+0001 itself as U+0001 U+0002, which keeps different texts different and their order by code points.
 * Lone surrogates become U+FFFD, as in every store.
 *
 * @param text what `JSON.stringify` wrote; returned as it is unless it needs a change
 */
export function toSearchJson(text: string): string {
  return NEEDS_ENCODING.test(text) ? JSON.stringify(encode(JSON.parse(text) as JsonValue)) : text;
}

/** The same for one text, as conditions compare it. */
export function toSearchText(text: string): string {
  return text.replace(SPECIAL, (found) => {
    if (found === '\u0000') return '\u0001\u0001';
    return found === '\u0001' ? '\u0001\u0002' : '\ufffd';
  });
}

function encode(value: JsonValue): JsonValue {
  if (typeof value === 'string') return toSearchText(value);
  if (Array.isArray(value)) return value.map(encode);
  if (typeof value !== 'object' || value === null) return value;
  // From entries, so that a property named __proto__ stays one.
  return Object.fromEntries(
    Object.entries(value).map(([name, property]) => [toSearchText(name), encode(property as JsonValue)]),
  );
}
