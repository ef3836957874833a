import { ApiProperty } from '@nestjs/swagger';
import { SpanDto } from './span.dto.js';
import { TraceSummaryDto } from './trace-summary.dto.js';

/** A trace with its spans in the order in which they were stored. */
export class TraceDetailDto {
  @ApiProperty({ type: TraceSummaryDto })
  readonly summary!: TraceSummaryDto;

  @ApiProperty({ type: [SpanDto] })
  readonly spans!: readonly SpanDto[];

  @ApiProperty({ type: Number, nullable: true, description: 'Pass it as `after` for the next spans; null at the end' })
  readonly nextAfter!: number | null;
}
