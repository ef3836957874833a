import { ApiProperty } from '@nestjs/swagger';
import {
  SPAN_KINDS,
  SPAN_STATUSES,
  type SpanAttributes,
  type SpanKind,
  type SpanStatus,
} from '../../otlp/otlp-span.js';
import type { SpanRecord } from '../projections/span-record.js';
import { toIsoTime } from '../../http/to-iso-time.js';

/** One span of a trace. */
export class SpanDto {
  @ApiProperty({ example: '00f067aa0ba902b7' })
  readonly spanId: string;

  @ApiProperty({ type: String, nullable: true })
  readonly parentSpanId: string | null;

  @ApiProperty()
  readonly name: string;

  @ApiProperty({ enum: SPAN_KINDS })
  readonly kind: SpanKind;

  @ApiProperty({ type: String, nullable: true })
  readonly service: string | null;

  @ApiProperty({ enum: SPAN_STATUSES })
  readonly status: SpanStatus;

  @ApiProperty()
  readonly statusMessage: string;

  @ApiProperty({ format: 'date-time' })
  readonly startedAt: string;

  @ApiProperty()
  readonly durationMs: number;

  @ApiProperty({ type: String, nullable: true })
  readonly model: string | null;

  @ApiProperty()
  readonly inputTokens: number;

  @ApiProperty()
  readonly outputTokens: number;

  @ApiProperty()
  readonly costUsd: number;

  @ApiProperty({ type: 'object', additionalProperties: true })
  readonly attributes: SpanAttributes;

  constructor(record: SpanRecord) {
    this.spanId = record.spanId;
    this.parentSpanId = record.parentSpanId;
    this.name = record.name;
    this.kind = record.kind;
    this.service = record.service;
    this.status = record.status;
    this.statusMessage = record.statusMessage;
    this.startedAt = toIsoTime(record.startedAt);
    this.durationMs = record.durationMs;
    this.model = record.model;
    this.inputTokens = record.inputTokens;
    this.outputTokens = record.outputTokens;
    this.costUsd = record.costUsd;
    this.attributes = record.attributes;
  }
}
