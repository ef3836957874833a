import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeKey } from '../../../lib/tenancy/encode-key.js';

/** Texts full of what separates, escapes and globs. */
const part = fc.string({
  unit: fc.constantFrom('a', ':', '%', '3', 'A', '{', '}', '*', '/', '\\', ' ', 'é', '😀'),
  maxLength: 6,
});
const parts = fc.array(part, { minLength: 1, maxLength: 4 });

test('gives different keys for different lists of parts', () => {
  fc.assert(
    fc.property(parts, parts, (a, b) => {
      expect(encodeKey(...a) === encodeKey(...b)).toBe(JSON.stringify(a) === JSON.stringify(b));
    }),
    { numRuns: 2_000 },
  );
});

test('can be taken apart again', () => {
  fc.assert(
    fc.property(parts, (given) => {
      expect(
        encodeKey(...given)
          .split(':')
          .map(decodeURIComponent),
      ).toEqual(given);
    }),
  );
});

test('tells apart lists that give the same text when joined', () => {
  const lists = [
    ['a:b', 'c'],
    ['a', 'b:c'],
    ['a', 'b', 'c'],
    ['a%3Ab', 'c'],
    ['a:b:c'],
    ['', 'a:b', 'c'],
    ['a', '', 'b', 'c'],
  ];
  expect(new Set(lists.map((list) => encodeKey(...list))).size).toBe(lists.length);
});

test('keeps separators, braces and glob characters out of parts', () => {
  fc.assert(
    fc.property(part, (given) => {
      expect(encodeKey(given)).not.toMatch(/[:{}/\\[\]?*^ ]/);
    }),
  );
});

test('takes numbers', () => {
  expect(encodeKey('a', 1)).toBe('a:1');
});
