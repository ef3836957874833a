import { SPAN_KINDS, SPAN_STATUSES, type OtlpSpan } from './otlp-span.js';
import { readAttributes } from './read-attributes.js';
import type { SpanSource } from './read-resource.js';
import { readEnum, readId, readOptionalId, readText, readUnixNano } from './read-scalars.js';
import type { WireNode } from './wire-node.js';

const TRACE_ID_BYTES = 16;
const SPAN_ID_BYTES = 8;
/** As JSON. It must fit into an event, which may have one MiB. */
export const MAX_SPAN_BYTES = 1_000_000;

/** One span of a parsed body; `null` when something is wrong with it, which is then noted. */
export function readSpan(node: WireNode, { service, sdk }: SpanSource): OtlpSpan | null {
  const traceId = readId(node.get('traceId'), TRACE_ID_BYTES);
  const spanId = readId(node.get('spanId'), SPAN_ID_BYTES);
  const start = readUnixNano(node.get('startTimeUnixNano'));
  const end = readUnixNano(node.get('endTimeUnixNano'));
  const status = node.get('status');
  if (!status.missing) status.expectObject();
  const rest = {
    parentSpanId: readOptionalId(node.get('parentSpanId'), SPAN_ID_BYTES),
    name: readText(node.get('name')),
    kind: readEnum(node.get('kind'), SPAN_KINDS),
    status: readEnum(status.get('code'), SPAN_STATUSES),
    statusMessage: readText(status.get('message')),
    attributes: readAttributes(node.get('attributes')),
    service,
    sdk,
  };
  if (start !== null && end !== null && end < start) {
    return node.get('endTimeUnixNano').problem('must not be before startTimeUnixNano');
  }
  if (traceId === null || spanId === null || start === null || end === null) return null;
  const span = { traceId, spanId, startedAt: toMilliseconds(start), endedAt: toMilliseconds(end), ...rest };
  if (Buffer.byteLength(JSON.stringify(span)) > MAX_SPAN_BYTES) {
    return node.problem(`must not exceed ${MAX_SPAN_BYTES} bytes as JSON`);
  }
  return span;
}

/**
 * Nanoseconds do not fit a double, so microseconds are what is kept: below the year 2255 every one of them has its
 * own double.
 */
function toMilliseconds(unixNano: bigint): number {
  return Number(unixNano / 1_000n) / 1_000;
}
