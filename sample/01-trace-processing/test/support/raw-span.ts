/** One good span in OTLP/JSON, with fields replaced at will. */
export function spanJson(fields: object = {}): object {
  return {
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    spanId: '00f067aa0ba902b7',
    name: 'work',
    kind: 1,
    startTimeUnixNano: '1700000000123456789',
    endTimeUnixNano: '1700000000223456789',
    ...fields,
  };
}

/** The body of an export of these spans in OTLP/JSON. */
export function requestJson(...spans: unknown[]): Buffer {
  return Buffer.from(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] }));
}
