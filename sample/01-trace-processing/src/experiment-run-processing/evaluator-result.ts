import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, Length } from 'class-validator';
import { MAX_REASON_LENGTH } from '../aggregates/reason.js';
import { Verdict } from '../aggregates/verdict.js';
import { PlannedName } from './planned-name.decorator.js';
import { RowIndex } from './row-index.decorator.js';

export const EVALUATOR_RESULT_STATUSES = ['completed', 'failed', 'skipped'] as const;
export type EvaluatorResultStatus = (typeof EVALUATOR_RESULT_STATUSES)[number];

/** What an evaluator made of a target's answer to a row: a verdict, unless it failed or skipped the row. */
export class EvaluatorResult extends Verdict {
  @RowIndex()
  readonly row!: number;

  @PlannedName()
  readonly target!: string;

  @PlannedName()
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
