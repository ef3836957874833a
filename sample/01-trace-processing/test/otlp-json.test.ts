import { describe, expect, it } from 'vitest';
import { decodeTraces, MAX_SPANS_PER_REQUEST } from '../src/otlp/decode-traces.js';
import type { OtlpSpan } from '../src/otlp/otlp-span.js';
import { problemsOf } from './support/otlp-problems.js';
import { requestJson, spanJson } from './support/raw-span.js';

function decodeOne(fields: object): OtlpSpan {
  const [span] = decodeTraces('json', requestJson(spanJson(fields)));
  if (!span) throw new Error('no span');
  return span;
}

/** The attribute that a value in OTLP/JSON is decoded to. */
const decodeValue = (value: unknown) => decodeOne({ attributes: [{ key: 'x', value }] }).attributes['x'];

describe('OTLP/JSON', () => {
  it('takes times as strings and as numbers, and keeps microseconds', () => {
    expect(decodeOne({ startTimeUnixNano: '1700000000123456789' }).startedAt).toBe(1_700_000_000_123.456);
    expect(decodeOne({ startTimeUnixNano: 1_700_000_000_123_000_000 }).startedAt).toBe(1_700_000_000_123);
  });

  it.each([
    ['text', { stringValue: 'a' }, 'a'],
    ['empty text', { stringValue: '' }, ''],
    ['an integer as text', { intValue: '42' }, 42],
    ['an integer as number', { intValue: -42 }, -42],
    ['an integer that no number holds', { intValue: '9223372036854775807' }, '9223372036854775807'],
    ['a double', { doubleValue: 1.5 }, 1.5],
    ['a double as text', { doubleValue: '1.5' }, 1.5],
    ['not a number', { doubleValue: 'NaN' }, 'NaN'],
    ['infinity', { doubleValue: '-Infinity' }, '-Infinity'],
    ['false', { boolValue: false }, false],
    ['bytes', { bytesValue: 'AQID' }, 'AQID'],
    ['a list', { arrayValue: { values: [{ intValue: 1 }, { stringValue: 'b' }, {}] } }, [1, 'b', null]],
    ['an empty list', { arrayValue: {} }, []],
    ['a map', { kvlistValue: { values: [{ key: 'k', value: { boolValue: true } }] } }, { k: true }],
    ['nothing', {}, null],
    ['null', null, null],
  ])('reads %s', (_, value, expected) => {
    expect(decodeValue(value)).toEqual(expected);
  });

  it('keeps an attribute named __proto__ to itself', () => {
    const { attributes } = decodeOne({ attributes: [{ key: '__proto__', value: { stringValue: 'x' } }] });
    expect(Object.getPrototypeOf(attributes)).toBe(Object.prototype);
    expect(Object.entries(attributes)).toEqual([['__proto__', 'x']]);
  });

  it.each([
    [[], null],
    [[{ key: 'telemetry.sdk.language', value: { stringValue: 'go' } }], { name: null, language: 'go', version: null }],
    [[{ key: 'telemetry.sdk.name', value: { intValue: 5 } }], null],
    [
      [{ key: 'telemetry.sdk.name', value: { stringValue: `${'n'.repeat(99)}🚀` } }],
      { name: 'n'.repeat(99), language: null, version: null },
    ],
  ])('reads the SDK from the resource %j', (attributes, sdk) => {
    const body = { resourceSpans: [{ resource: { attributes }, scopeSpans: [{ spans: [spanJson()] }] }] };
    expect(decodeTraces('json', Buffer.from(JSON.stringify(body)))[0]?.sdk).toEqual(sdk);
  });

  it('ignores unknown fields and unknown numbers of enums', () => {
    expect(decodeOne({ future: [1], kind: 99, status: { code: 7, future: {} } })).toMatchObject({
      kind: 'unspecified',
      status: 'unset',
    });
  });

  it('takes ids in upper case, and an empty parent for none', () => {
    expect(decodeOne({ spanId: '00F067AA0BA902B7', parentSpanId: '' })).toMatchObject({
      spanId: '00f067aa0ba902b7',
      parentSpanId: null,
    });
  });

  it.each(['{}', '{"resourceSpans":[]}', '{"resourceSpans":null}', '{"resourceSpans":[{}]}'])(
    'finds no span in %s',
    (json) => {
      expect(decodeTraces('json', Buffer.from(json))).toEqual([]);
    },
  );

  const at = 'resourceSpans[0].scopeSpans[0].spans[0]';
  it.each([
    [{ traceId: undefined }, `${at}.traceId`, /missing/],
    [{ traceId: '4bf92f' }, `${at}.traceId`, /16 bytes/],
    [{ traceId: 'x'.repeat(32) }, `${at}.traceId`, /hexadecimal/],
    [{ traceId: 7 }, `${at}.traceId`, /hexadecimal/],
    [{ traceId: '0'.repeat(32) }, `${at}.traceId`, /zeros/],
    [{ spanId: '' }, `${at}.spanId`, /missing/],
    [{ spanId: '0'.repeat(16) }, `${at}.spanId`, /zeros/],
    [{ parentSpanId: 'abc' }, `${at}.parentSpanId`, /8 bytes/],
    [{ name: 5 }, `${at}.name`, /string/],
    [{ kind: 'SERVER' }, `${at}.kind`, /integer/],
    [{ status: 'ok' }, `${at}.status`, /object/],
    [{ startTimeUnixNano: undefined }, `${at}.startTimeUnixNano`, /missing/],
    [{ startTimeUnixNano: '0' }, `${at}.startTimeUnixNano`, /missing/],
    [{ startTimeUnixNano: '-1' }, `${at}.startTimeUnixNano`, /unsigned/],
    [{ startTimeUnixNano: 1.5 }, `${at}.startTimeUnixNano`, /unsigned/],
    [{ startTimeUnixNano: 'soon' }, `${at}.startTimeUnixNano`, /unsigned/],
    [{ endTimeUnixNano: '18446744073709551616' }, `${at}.endTimeUnixNano`, /64-bit/],
    [{ endTimeUnixNano: '1700000000123456788' }, `${at}.endTimeUnixNano`, /before/],
    [{ attributes: {} }, `${at}.attributes`, /array/],
    [{ attributes: ['x'] }, `${at}.attributes[0]`, /object/],
    [{ attributes: [{ value: { intValue: 1 } }] }, `${at}.attributes[0].key`, /missing/],
    [{ attributes: [{ key: 'a', value: { intValue: 'x' } }] }, `${at}.attributes[0].value.intValue`, /64-bit/],
    [{ attributes: [{ key: 'a', value: { doubleValue: 'x' } }] }, `${at}.attributes[0].value.doubleValue`, /number/],
    [{ attributes: [{ key: 'a', value: { boolValue: 1 } }] }, `${at}.attributes[0].value.boolValue`, /true/],
    [{ attributes: [{ key: 'a', value: { bytesValue: '!' } }] }, `${at}.attributes[0].value.bytesValue`, /base64/],
    [{ attributes: [{ key: 'a', value: { kvlistValue: [] } }] }, `${at}.attributes[0].value.kvlistValue`, /object/],
    [{ attributes: [{ key: 'a', value: { stringValue: 'x'.repeat(1_000_000) } }] }, at, /1000000 bytes/],
  ])('names the field of %j', (fields, field, message) => {
    expect(problemsOf('json', requestJson(spanJson(fields)))).toEqual([
      { field, message: expect.stringMatching(message) },
    ]);
  });

  it.each(['', '{', 'null', '[]', '"x"', '{"resourceSpans":{}}', '{"resourceSpans":[1]}'])('refuses %s', (json) => {
    expect(problemsOf('json', Buffer.from(json)).length).toBe(1);
  });

  it('refuses bytes that are not UTF-8', () => {
    expect(problemsOf('json', Buffer.from([0x7b, 0xff, 0x7d]))).toEqual([
      { field: 'body', message: expect.stringMatching(/malformed JSON/) },
    ]);
  });

  it('names several fields at once, but not without end', () => {
    const spans = Array.from({ length: 50 }, () => spanJson({ traceId: '', spanId: '' }));
    const problems = problemsOf('json', requestJson(...spans));
    expect(problems.length).toBe(20);
    expect(problems[3]?.field).toBe('resourceSpans[0].scopeSpans[0].spans[1].spanId');
  });

  it('refuses values that are nested too deep', () => {
    let value: object = { intValue: 1 };
    for (let depth = 0; depth < 1_000; depth += 1) value = { arrayValue: { values: [value] } };
    const [problem] = problemsOf('json', requestJson(spanJson({ attributes: [{ key: 'deep', value }] })));
    expect(problem?.message).toMatch(/nested deeper/);
  });

  it('refuses more spans than the bound', () => {
    const spans = Array.from({ length: MAX_SPANS_PER_REQUEST + 1 }, () => spanJson());
    expect(problemsOf('json', requestJson(...spans))[0]?.field).toBe('resourceSpans');
    expect(decodeTraces('json', requestJson(...spans.slice(1))).length).toBe(MAX_SPANS_PER_REQUEST);
  });
});
