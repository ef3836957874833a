import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsNumber, IsOptional, Length, Matches, Max, MaxLength, Min } from 'class-validator';
import { MAX_COST_USD } from '../aggregates/verdict.js';
import { TRACE_ID, TRACE_ID_RULE } from '../trace-processing/span-id.js';
import { PlannedName } from './planned-name.decorator.js';
import { RowIndex } from './row-index.decorator.js';

const MAX_OUTPUT_LENGTH = 20_000;
const MAX_ERROR_LENGTH = 2_000;
/** A day: above it a duration comes from a broken sender, and would drown all others in a sum. */
const MAX_DURATION_MS = 86_400_000;

/** What a target made of a row. */
export class TargetResult {
  @RowIndex()
  readonly row!: number;

  @PlannedName()
  readonly target!: string;

  @ApiPropertyOptional({ description: 'What it answered' })
  @MaxLength(MAX_OUTPUT_LENGTH)
  readonly output: string = '';

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    description: 'What went wrong; a result with an error is a failure',
  })
  @IsOptional()
  @Length(1, MAX_ERROR_LENGTH)
  readonly error: string | null = null;

  @ApiPropertyOptional({ description: 'How long it took; milliseconds', default: 0 })
  @IsNumber()
  @Min(0)
  @Max(MAX_DURATION_MS)
  readonly durationMs: number = 0;

  @ApiPropertyOptional({ description: 'In US dollars', default: 0 })
  @IsNumber()
  @Min(0)
  @Max(MAX_COST_USD)
  readonly costUsd: number = 0;

  @ApiPropertyOptional({ type: String, nullable: true, description: 'The trace of the call' })
  @IsOptional()
  @Matches(TRACE_ID, { message: `$property ${TRACE_ID_RULE}` })
  readonly traceId: string | null = null;

  constructor(result?: Partial<TargetResult>) {
    Object.assign(this, result);
  }
}
