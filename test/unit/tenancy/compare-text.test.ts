import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareText } from '../../../lib/tenancy/compare-text.js';

const text = fc.string({
  unit: fc.constantFrom('a', 'b', 'é', '\ud7ff', '\ue000', '\uffee', '\uffff', '😀', '𐀀', '\u{10ffff}'),
  maxLength: 5,
});

test('orders as UTF-8 bytes do', () => {
  fc.assert(
    fc.property(fc.oneof(text, fc.string({ unit: 'grapheme' })), text, (a, b) => {
      const expected = Buffer.compare(Buffer.from(a), Buffer.from(b));
      expect(Math.sign(compareText(a, b))).toBe(expected);
      expect(Math.sign(compareText(b, a)) + expected).toBe(0);
    }),
    { numRuns: 2_000 },
  );
});

test('puts U+FFEE before emoji, unlike JavaScript itself', () => {
  expect(['😀', '\uffee', 'a'].sort(compareText)).toEqual(['a', '\uffee', '😀']);
  expect(['😀', '\uffee', 'a'].sort()).toEqual(['a', '😀', '\uffee']);
});
