import { MalformedOtlpError } from './malformed-otlp.error.js';
import type { OtlpFormat } from './otlp-format.js';
import type { OtlpSpan } from './otlp-span.js';
import { parseBody } from './parse-body.js';
import { Problems } from './problems.js';
import { readResource } from './read-resource.js';
import { readSpan } from './read-span.js';
import { WireNode } from './wire-node.js';

/** Exporters send 512 by default; more than this in one request would hold up everybody else's. */
export const MAX_SPANS_PER_REQUEST = 10_000;

/**
 * The spans of one `ExportTraceServiceRequest`. An export without spans is legal.
 *
 * @throws MalformedOtlpError when the body does not parse, or any span in it breaks OTLP's rules; it names the fields
 */
export function decodeTraces(format: OtlpFormat, body: Uint8Array): OtlpSpan[] {
  const problems = new Problems();
  const request = new WireNode(parseBody(format, body), '', problems);
  const spans: OtlpSpan[] = [];
  if (request.expectObject()) {
    for (const span of readResourceSpans(request)) {
      if (spans.push(span) > MAX_SPANS_PER_REQUEST) throw tooManySpans();
    }
  }
  problems.throwIfAny();
  return spans;
}

function* readResourceSpans(request: WireNode): Generator<OtlpSpan> {
  for (const resourceSpans of request.get('resourceSpans').objects()) {
    const source = readResource(resourceSpans.get('resource'));
    for (const scopeSpans of resourceSpans.get('scopeSpans').objects()) {
      for (const node of scopeSpans.get('spans').objects()) {
        const span = readSpan(node, source);
        if (span !== null) yield span;
      }
    }
  }
}

function tooManySpans(): MalformedOtlpError {
  return new MalformedOtlpError('The export is too large; send smaller batches.', [
    { field: 'resourceSpans', message: `must not hold more than ${MAX_SPANS_PER_REQUEST} spans` },
  ]);
}
