import { ApiProperty } from '@nestjs/swagger';
import type { EvaluatorTotals } from '../projections/experiment-run.js';

/** What one evaluator made of the answers of one target. */
export class EvaluatorTotalsDto implements Omit<EvaluatorTotals, 'scoreSum'> {
  @ApiProperty({ example: 'exact_match' })
  readonly evaluator!: string;

  @ApiProperty()
  readonly results!: number;

  @ApiProperty({ description: 'Results without a verdict, since the evaluator broke' })
  readonly failures!: number;

  @ApiProperty({ description: 'Results without a verdict, since the evaluator had nothing to say' })
  readonly skipped!: number;

  @ApiProperty({ description: 'Verdicts that say whether the answer passed' })
  readonly judged!: number;

  @ApiProperty()
  readonly passed!: number;

  @ApiProperty({ type: Number, nullable: true, description: 'Of those that were judged, from 0 to 1' })
  readonly passRate!: number | null;

  @ApiProperty({ description: 'Verdicts with a score' })
  readonly scored!: number;

  @ApiProperty({ type: Number, nullable: true })
  readonly averageScore!: number | null;

  @ApiProperty({ description: 'In US dollars' })
  readonly costUsd!: number;
}
