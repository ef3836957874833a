import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Tracer } from '@opentelemetry/api';

/** When the root begins; milliseconds since the epoch. */
export const ROOT_START_MS = 1_700_000_000_123;

/** A root with a failed child, with every type of attribute that the SDK has. */
export function traceOnce(tracer: Tracer): void {
  const root = tracer.startSpan('GET /cart', { kind: SpanKind.SERVER, startTime: ROOT_START_MS }, ROOT_CONTEXT);
  const child = tracer.startSpan(
    'chat',
    { kind: SpanKind.CLIENT, startTime: [1_700_000_000, 200_000_999] },
    trace.setSpan(ROOT_CONTEXT, root),
  );
  child.setAttributes({
    text: 'ünï \u0000 🚀',
    'text.lone': 'a\ud800b',
    'text.long': 'ä'.repeat(100),
    int: 42,
    'int.negative': -7,
    'int.safe': Number.MAX_SAFE_INTEGER,
    double: 0.25,
    yes: true,
    no: false,
    texts: ['a', 'b'],
    numbers: [1, 2.5],
  });
  child.addEvent('exception', { 'exception.type': 'TypeError' });
  child.setStatus({ code: SpanStatusCode.ERROR, message: 'no money' });
  child.end([1_700_000_000, 450_001_000]);
  root.setStatus({ code: SpanStatusCode.OK });
  root.end(ROOT_START_MS + 500);
}
