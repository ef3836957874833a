import type { JsonValue } from '@event-sourcing/nestjs';
import type { SpanSdk } from './span-sdk.js';

/** What the numbers of OTLP's `SpanKind` mean, in their order. */
export const SPAN_KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const;
export type SpanKind = (typeof SPAN_KINDS)[number];

/** What the numbers of OTLP's `StatusCode` mean, in their order. */
export const SPAN_STATUSES = ['unset', 'ok', 'error'] as const;
export type SpanStatus = (typeof SPAN_STATUSES)[number];

export type SpanAttributes = Readonly<Record<string, JsonValue>>;

/** One span, the same whether it came as protobuf or as JSON. */
export interface OtlpSpan {
  /** 32 lower-case hexadecimal digits. */
  readonly traceId: string;
  /** 16 lower-case hexadecimal digits. */
  readonly spanId: string;
  /** `null` for a root span. */
  readonly parentSpanId: string | null;
  /** May be empty: OTLP reads that as "unknown". */
  readonly name: string;
  readonly kind: SpanKind;
  /** Milliseconds since the epoch, with microseconds as fraction. */
  readonly startedAt: number;
  /** Milliseconds since the epoch, with microseconds as fraction; never before `startedAt`. */
  readonly endedAt: number;
  readonly status: SpanStatus;
  readonly statusMessage: string;
  readonly attributes: SpanAttributes;
  /** `service.name` of the resource; `null` when it has none. */
  readonly service: string | null;
  /** Which SDK sent it; `null` when the resource does not say. */
  readonly sdk: SpanSdk | null;
}
