import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeTraces } from '../src/otlp/decode-traces.js';
import { MalformedOtlpError } from '../src/otlp/malformed-otlp.error.js';
import type { OtlpFormat } from '../src/otlp/otlp-format.js';
import { captureExport } from './support/capture-export.js';
import { requestJson, spanJson } from './support/raw-span.js';
import { traceOnce } from './support/trace-once.js';

describe('arbitrary input', () => {
  /** Every input is either spans or a MalformedOtlpError that names at least one field. */
  function staysTyped(format: OtlpFormat, body: Uint8Array): void {
    try {
      for (const span of decodeTraces(format, body)) expect(span.traceId).toMatch(/^[0-9a-f]{32}$/);
    } catch (error) {
      expect(error).toBeInstanceOf(MalformedOtlpError);
      expect((error as MalformedOtlpError).problems.length).toBeGreaterThan(0);
    }
  }

  it('never breaks on random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.constantFrom('protobuf', 'json'), (body, format) =>
        staysTyped(format, body),
      ),
      { numRuns: 2_000 },
    );
  });

  it('never breaks on random JSON in any place', () => {
    const field = fc.constantFrom('traceId', 'spanId', 'parentSpanId', 'name', 'kind', 'status', 'attributes');
    fc.assert(
      fc.property(field, fc.jsonValue(), (name, value) => staysTyped('json', requestJson(spanJson({ [name]: value })))),
      { numRuns: 2_000 },
    );
    fc.assert(
      fc.property(fc.jsonValue(), (value) => staysTyped('json', Buffer.from(JSON.stringify(value)))),
      { numRuns: 1_000 },
    );
  });

  it('never breaks on a real export with flipped bytes', async () => {
    const requests = await captureExport((url) => new OTLPTraceExporter({ url }), traceOnce);
    const bodies = requests.map(({ body }) => body);
    fc.assert(
      fc.property(
        fc.constantFrom(...bodies),
        fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 8 }),
        (original, flips) => {
          const body = Buffer.from(original);
          for (const [position, mask] of flips) body[position % body.length]! ^= mask;
          staysTyped('protobuf', body);
        },
      ),
      { numRuns: 3_000 },
    );
  });
});
