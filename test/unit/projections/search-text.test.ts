import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JsonValue } from '../../../lib/events/json-value.js';
import { searchTextOf, toSearchText } from '../../../lib/projections/stores/clickhouse/search-text.js';

test('is empty for what every JSON parser reads as it is', () => {
  const states: JsonValue[] = [
    { a: 1, b: ['x', null, true, 1.5, '😀', '\u0000'] },
    'text',
    2 ** 53,
    1e21,
    5e-324,
    null,
  ];
  for (const state of states) expect(searchTextOf(JSON.stringify(state))).toBe('');
});

test('writes integers above 64 bits with an exponent, as the same numbers', () => {
  const state = { big: 1e20, negative: -(2 ** 64), list: [18446744073709552000, 1], text: '18446744073709551616' };
  const text = searchTextOf(JSON.stringify(state));
  expect(JSON.parse(text)).toEqual(state);
  expect(text).toContain('"big":1e+20');
  expect(text).toContain('"text":"18446744073709551616"');
});

test('writes lone surrogates as U+FFFD, and leaves out properties that no path can name', () => {
  const state = { a: 'x\ud800y', b: '😀', ['\udc00']: 1, c: '\\ud800' };
  const text = searchTextOf(JSON.stringify(state));
  expect(JSON.parse(text)).toEqual({ a: 'x\ufffdy', b: '😀', c: '\\ud800' });
});

test('is JSON of the same value for any well-formed value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.stringify(JSON.parse(toSearchText(value as JsonValue)))).toBe(JSON.stringify(value));
    }),
  );
});
