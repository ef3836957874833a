import { ApiProperty } from '@nestjs/swagger';
import type { TargetTotals } from '../projections/experiment-run.js';
import { EvaluatorTotalsDto } from './evaluator-totals.dto.js';

/** What became of one target. */
export class TargetTotalsDto implements Omit<TargetTotals, 'evaluators'> {
  @ApiProperty({ example: 'gpt-5-mini' })
  readonly target!: string;

  @ApiProperty()
  readonly results!: number;

  @ApiProperty({ description: 'Results with an error' })
  readonly failures!: number;

  @ApiProperty({ description: 'Of all results; milliseconds' })
  readonly durationMs!: number;

  @ApiProperty({ type: Number, nullable: true })
  readonly averageDurationMs!: number | null;

  @ApiProperty({ description: 'In US dollars' })
  readonly costUsd!: number;

  @ApiProperty({ type: Number, nullable: true })
  readonly averageCostUsd!: number | null;

  @ApiProperty({ type: [EvaluatorTotalsDto] })
  readonly evaluators!: readonly EvaluatorTotalsDto[];
}

/** Without what only the next event needs. */
export function toTargetTotals({ evaluators, ...totals }: TargetTotals): TargetTotalsDto {
  return { ...totals, evaluators: evaluators.map(({ scoreSum: _scoreSum, ...one }) => one) };
}
