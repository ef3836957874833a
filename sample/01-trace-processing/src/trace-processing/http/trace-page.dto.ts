import { ApiProperty } from '@nestjs/swagger';
import { TraceSummaryDto } from './trace-summary.dto.js';

/** One page of traces, newest first. */
export class TracePageDto {
  @ApiProperty({ type: [TraceSummaryDto] })
  readonly items!: readonly TraceSummaryDto[];

  @ApiProperty({ description: 'How many traces there are on all pages' })
  readonly total!: number;

  @ApiProperty()
  readonly page!: number;

  @ApiProperty()
  readonly pageSize!: number;
}
