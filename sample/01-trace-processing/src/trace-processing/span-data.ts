import { IsIn, IsNumber, IsObject, IsString, Matches, ValidateIf } from 'class-validator';
import { SPAN_KINDS, SPAN_STATUSES, type SpanAttributes, type SpanKind, type SpanStatus } from '../otlp/otlp-span.js';
import type { SpanSdk } from '../otlp/span-sdk.js';
import { SPAN_ID } from './span-id.js';

/** A span of a trace: what the command brings, and what the event keeps. */
export class SpanData {
  @Matches(SPAN_ID)
  readonly spanId!: string;

  /** `null` for a root span. */
  @ValidateIf((span: SpanData) => span.parentSpanId !== null)
  @Matches(SPAN_ID)
  readonly parentSpanId!: string | null;

  @IsString()
  readonly name!: string;

  @IsIn(SPAN_KINDS)
  readonly kind!: SpanKind;

  /** Milliseconds since the epoch, with microseconds as fraction. */
  @IsNumber()
  readonly startedAt!: number;

  /** Milliseconds since the epoch, with microseconds as fraction. */
  @IsNumber()
  readonly endedAt!: number;

  @IsIn(SPAN_STATUSES)
  readonly status!: SpanStatus;

  @IsString()
  readonly statusMessage!: string;

  @ValidateIf((span: SpanData) => span.service !== null)
  @IsString()
  readonly service!: string | null;

  /** Which SDK sent the span; `null` when that is not known. */
  @ValidateIf((span: SpanData) => span.sdk !== null)
  @IsObject()
  readonly sdk!: SpanSdk | null;

  @IsObject()
  readonly attributes!: SpanAttributes;

  constructor(span: SpanData) {
    Object.assign(this, span);
  }
}
