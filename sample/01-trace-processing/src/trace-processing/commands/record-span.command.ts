import type { CommandReceipt, TenantId } from '@event-sourcing/nestjs';
import { Command } from '@nestjs/cqrs';
import { IsIn, IsNumber, IsObject, IsOptional, IsString, Matches, ValidateIf } from 'class-validator';
import {
  SPAN_KINDS,
  SPAN_STATUSES,
  type OtlpSpan,
  type SpanAttributes,
  type SpanKind,
  type SpanStatus,
} from '../../otlp/otlp-span.js';
import type { SpanSdk } from '../../otlp/span-sdk.js';
import { SPAN_ID, TRACE_ID } from '../span-id.js';

/** Puts one span on the record of its trace. */
export class RecordSpan extends Command<CommandReceipt> {
  @IsString()
  readonly tenantId!: TenantId;

  @Matches(TRACE_ID)
  readonly traceId!: string;

  @Matches(SPAN_ID)
  readonly spanId!: string;

  @ValidateIf((command: RecordSpan) => command.parentSpanId !== null)
  @Matches(SPAN_ID)
  readonly parentSpanId!: string | null;

  @IsString()
  readonly name!: string;

  @IsIn(SPAN_KINDS)
  readonly kind!: SpanKind;

  @IsNumber()
  readonly startedAt!: number;

  @IsNumber()
  readonly endedAt!: number;

  @IsIn(SPAN_STATUSES)
  readonly status!: SpanStatus;

  @IsString()
  readonly statusMessage!: string;

  @ValidateIf((command: RecordSpan) => command.service !== null)
  @IsString()
  readonly service!: string | null;

  /** Absent in commands that an older release has queued. */
  @IsOptional()
  @IsObject()
  readonly sdk?: SpanSdk | null;

  @IsObject()
  readonly attributes!: SpanAttributes;

  constructor(tenantId: TenantId, span: OtlpSpan) {
    super();
    Object.assign(this, span, { tenantId });
  }
}
