import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toSearchJson, toSearchText } from '../../../lib/postgres/to-search-json.js';
import { compareText } from '../../../lib/tenancy/compare-text.js';

const text = fc.string({
  unit: fc.constantFrom('\u0000', '\u0001', '\u0002', 'a', '\\', '"', '\ufffd', '😀'),
  maxLength: 6,
});

describe('the text by which jsonb searches', () => {
  it('has nothing that jsonb refuses', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string({ unit: 'binary' }), (value, name) => {
        const json = toSearchJson(JSON.stringify({ [name]: value, list: [name, '\ud800', '\u0000'] }));
        expect(json).not.toMatch(/(?<!\\)(\\\\)*\\u(0000|d[89a-f])/);
      }),
    );
  });

  it('tells different texts apart and keeps their order', () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(compareText(toSearchText(a), toSearchText(b)))).toBe(Math.sign(compareText(a, b)));
      }),
      { numRuns: 2_000 },
    );
  });

  it('is the same text wherever nothing must change', () => {
    const json = JSON.stringify({ b: 1e21, a: ['é', '😀', '\u0002', '\ud83d\ude00'], ['__proto__']: { x: null } });
    expect(toSearchJson(json)).toBe(json);
  });

  it('encodes names as it does values, a property named __proto__ included', () => {
    expect(JSON.parse(toSearchJson('{"__proto__":"\\u0000","a\\u0001":[{"b\\ud800":1}]}'))).toEqual(
      JSON.parse('{"__proto__":"\\u0001\\u0001","a\\u0001\\u0002":[{"b\\ufffd":1}]}'),
    );
  });

  it('does not take an escaped backslash for an escape', () => {
    const json = JSON.stringify({ a: '\\u0000', b: '\\ud800' });
    expect(JSON.parse(toSearchJson(json))).toEqual({ a: '\\u0000', b: '\\ud800' });
  });
});
