/** The start of the first span, in milliseconds since the epoch. */
export const START_MS = Date.UTC(2026, 10, 20, 10);

export interface SpanOptions {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name?: string;
  /** After `START_MS`. */
  readonly offsetMs?: number;
  readonly durationMs?: number;
  readonly failed?: boolean;
  readonly attributes?: Readonly<Record<string, string | number>>;
}

/** A trace id that ends in this number. */
export const traceId = (number: number): string => number.toString(16).padStart(32, 'a');

/** A span id that ends in this number. */
export const spanId = (number: number): string => number.toString(16).padStart(16, 'b');

/** An `ExportTraceServiceRequest` of one resource, by its attributes or its service alone, in OTLP/JSON. */
export function exportOf(
  resource: string | Readonly<Record<string, string>>,
  ...spans: readonly SpanOptions[]
): object {
  const attributes = typeof resource === 'string' ? { 'service.name': resource } : resource;
  return {
    resourceSpans: [
      {
        resource: { attributes: toKeyValues(attributes) },
        scopeSpans: [{ spans: spans.map((span) => toSpan(span)) }],
      },
    ],
  };
}

function toSpan({
  offsetMs = 0,
  durationMs = 10,
  name = 'work',
  failed = false,
  attributes = {},
  ...ids
}: SpanOptions): object {
  const startNs = BigInt(START_MS + offsetMs) * 1_000_000n;
  return {
    ...ids,
    name,
    kind: 1,
    startTimeUnixNano: String(startNs),
    endTimeUnixNano: String(startNs + BigInt(durationMs) * 1_000_000n),
    status: failed ? { code: 2, message: 'broken' } : {},
    attributes: toKeyValues(attributes),
  };
}

function toKeyValues(attributes: Readonly<Record<string, string | number>>): object[] {
  return Object.entries(attributes).map(([key, value]) => ({
    key,
    value: typeof value === 'string' ? { stringValue: value } : { doubleValue: value },
  }));
}
