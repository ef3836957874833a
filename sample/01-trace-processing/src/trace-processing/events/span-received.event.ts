import { DomainEvent } from '@event-sourcing/nestjs';
import { IsInt, IsNumber, IsString, Min, ValidateIf } from 'class-validator';
import { SpanData } from '../span-data.js';

/** A span of the trace arrived. Stored once for every span, failed or not. */
@DomainEvent('trace.span_received', { version: 2 })
export class SpanReceived extends SpanData {
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

  constructor(data: SpanReceived) {
    super(data);
    // The fields of this class are set anew after those of its parent.
    Object.assign(this, data);
  }
}
