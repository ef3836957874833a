import type { CommandReceipt, TenantId } from '@event-sourcing/nestjs';
import { Command } from '@nestjs/cqrs';
import { IsString, Matches, ValidateNested } from 'class-validator';
import type { OtlpSpan } from '../../otlp/otlp-span.js';
import { SpanData } from '../span-data.js';
import { TRACE_ID } from '../span-id.js';

/** Puts one span on the record of its trace. */
export class RecordSpan extends Command<CommandReceipt> {
  @IsString()
  readonly tenantId: TenantId;

  @Matches(TRACE_ID)
  readonly traceId: string;

  @ValidateNested()
  readonly span: SpanData;

  constructor(tenantId: TenantId, { traceId, ...span }: OtlpSpan) {
    super();
    this.tenantId = tenantId;
    this.traceId = traceId;
    this.span = new SpanData(span);
  }
}
