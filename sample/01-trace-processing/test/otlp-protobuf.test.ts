import protobuf from 'protobufjs/light.js';
import { describe, expect, it } from 'vitest';
import { decodeTraces } from '../src/otlp/decode-traces.js';
import { problemsOf } from './support/otlp-problems.js';

describe('protobuf', () => {
  /** Bytes by hand: [field number, wire type, value]. */
  const bytesField = (id: number, value: Uint8Array, writer = protobuf.Writer.create()) =>
    writer.uint32((id << 3) | 2).bytes(value);
  const nested = (ids: readonly number[], value: Uint8Array): Uint8Array =>
    ids.reduceRight((inner, id) => bytesField(id, inner).finish(), value);
  const SPANS = [1, 2, 2]; // resource_spans, scope_spans, spans

  function span(traceId: Uint8Array, extra: (writer: protobuf.Writer) => void = () => {}): Uint8Array {
    const writer = protobuf.Writer.create();
    bytesField(1, traceId, writer);
    bytesField(2, Buffer.alloc(8, 0xcd), writer);
    writer.uint32((7 << 3) | 1).fixed64('1700000000123456789');
    writer.uint32((8 << 3) | 1).fixed64('1700000000123456789');
    extra(writer);
    return nested(SPANS, writer.finish());
  }

  it('skips fields that it does not know, of every wire type', () => {
    const body = span(Buffer.alloc(16, 0xab), (writer) => {
      writer.uint32((100 << 3) | 0).uint64('18446744073709551615');
      writer.uint32((101 << 3) | 1).fixed64('1');
      writer.uint32((102 << 3) | 2).string('future');
      writer.uint32((103 << 3) | 5).fixed32(1);
    });
    expect(decodeTraces('protobuf', body)).toMatchObject([{ traceId: 'ab'.repeat(16), name: '', parentSpanId: null }]);
  });

  it('reads bytes and maps in attributes', () => {
    const any = nested([7], Buffer.from([1, 2, 3]));
    const keyValue = Buffer.concat([bytesField(1, Buffer.from('raw')).finish(), nested([2], any)]);
    const map = nested([6, 1], keyValue);
    const body = span(Buffer.alloc(16, 0xab), (writer) => {
      bytesField(9, Buffer.concat([bytesField(1, Buffer.from('map')).finish(), nested([2], map)]), writer);
    });
    expect(decodeTraces('protobuf', body)[0]?.attributes).toEqual({ map: { raw: 'AQID' } });
  });

  it('takes an empty body for an export without spans', () => {
    expect(decodeTraces('protobuf', new Uint8Array())).toEqual([]);
  });

  it.each([
    [Buffer.alloc(15, 1), /16 bytes/],
    [Buffer.alloc(0), /missing/],
    [Buffer.alloc(16), /zeros/],
  ])('refuses the trace id %j', (traceId, message) => {
    expect(problemsOf('protobuf', span(traceId))).toEqual([
      { field: 'resourceSpans[0].scopeSpans[0].spans[0].traceId', message: expect.stringMatching(message) },
    ]);
  });

  it('refuses a body that was cut short', () => {
    const body = span(Buffer.alloc(16, 0xab));
    expect(problemsOf('protobuf', body.subarray(0, -1))).toEqual([
      { field: 'body', message: expect.stringMatching(/malformed protobuf/) },
    ]);
  });

  it('refuses values that are nested too deep', () => {
    const deep = nested(
      Array.from({ length: 2_000 }, (_, depth) => (depth % 2 === 0 ? 5 : 1)),
      new Uint8Array(),
    );
    const attribute = Buffer.concat([bytesField(1, Buffer.from('deep')).finish(), nested([2], deep)]);
    const body = span(Buffer.alloc(16, 0xab), (writer) => void bytesField(9, attribute, writer));
    expect(problemsOf('protobuf', body)[0]?.message).toMatch(/max depth|nested deeper/);
  });
});
