import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsInt, IsOptional, Length, Max, Min } from 'class-validator';
import { MAX_REASON_LENGTH } from '../aggregates/reason.js';
import { Verdict } from '../aggregates/verdict.js';
import { MAX_NAME_LENGTH, MAX_ROWS } from './experiment-plan.js';

export const EVALUATOR_RESULT_STATUSES = ['completed', 'failed', 'skipped'] as const;
export type EvaluatorResultStatus = (typeof EVALUATOR_RESULT_STATUSES)[number];

/** What an evaluator made of a target's answer to a row: a verdict, unless it failed or skipped the row. */
export class EvaluatorResult extends Verdict {
  @ApiProperty({ description: 'Index of the row in the data set, from 0' })
  @IsInt()
  @Min(0)
  @Max(MAX_ROWS - 1)
  readonly row!: number;

  @ApiProperty({ description: 'One of the plan' })
  @Length(1, MAX_NAME_LENGTH)
  readonly target!: string;

  @ApiProperty({ description: 'One of the plan' })
  @Length(1, MAX_NAME_LENGTH)
  readonly evaluator!: string;

  @ApiPropertyOptional({ enum: EVALUATOR_RESULT_STATUSES, default: 'completed' })
  @IsIn(EVALUATOR_RESULT_STATUSES)
  readonly status: EvaluatorResultStatus = 'completed';

  @ApiPropertyOptional({ type: String, nullable: true, description: 'Why it failed or skipped the row' })
  @IsOptional()
  @Length(1, MAX_REASON_LENGTH)
  readonly reason: string | null = null;

  constructor(result?: Partial<EvaluatorResult>) {
    super();
    Object.assign(this, result);
  }
}
