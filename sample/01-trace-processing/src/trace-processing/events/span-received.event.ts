import { DomainEvent } from '@event-sourcing/nestjs';
import { IsIn, IsInt, IsNumber, IsObject, IsString, Matches, Min, ValidateIf } from 'class-validator';
import {
  SPAN_KINDS,
  SPAN_STATUSES,
  type SpanAttributes,
  type SpanKind,
  type SpanStatus,
} from '../../otlp/otlp-span.js';
import type { SpanSdk } from '../../otlp/span-sdk.js';
import { SPAN_ID } from '../span-id.js';

/** A span of the trace arrived. Stored once for every span, failed or not. */
@DomainEvent('trace.span_received', { version: 2 })
export class SpanReceived {
  @Matches(SPAN_ID)
  readonly spanId!: string;

  /** `null` for a root span. */
  @ValidateIf((span: SpanReceived) => span.parentSpanId !== null)
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

  @ValidateIf((span: SpanReceived) => span.service !== null)
  @IsString()
  readonly service!: string | null;

  /** Which SDK sent the span; `null` when that is not known. */
  @ValidateIf((span: SpanReceived) => span.sdk !== null)
  @IsObject()
  readonly sdk!: SpanSdk | null;

  /** The model that answered, of a span that is a call of one. */
  @ValidateIf((span: SpanReceived) => span.model !== null)
  @IsString()
  readonly model!: string | null;

  @IsInt()
  @Min(0)
  readonly inputTokens!: number;

  @IsInt()
  @Min(0)
  readonly outputTokens!: number;

  /** In US dollars. */
  @IsNumber()
  @Min(0)
  readonly costUsd!: number;

  @IsObject()
  readonly attributes!: SpanAttributes;

  constructor(data: SpanReceived) {
    Object.assign(this, data);
  }
}
