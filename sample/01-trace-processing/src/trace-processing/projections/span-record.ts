import type { SpanAttributes, SpanKind, SpanStatus } from '../../otlp/otlp-span.js';

/** What the page of a trace shows of a span. */
export interface SpanRecord {
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly name: string;
  readonly kind: SpanKind;
  readonly service: string | null;
  readonly status: SpanStatus;
  readonly statusMessage: string;
  /** Milliseconds since the epoch, with microseconds as fraction. */
  readonly startedAt: number;
  readonly durationMs: number;
  readonly model: string | null;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costUsd: number;
  readonly attributes: SpanAttributes;
}
