import { ApiProperty } from '@nestjs/swagger';
import { toIsoTime } from '../../http/to-iso-time.js';
import {
  EXPERIMENT_RUN_STATUSES,
  type ExperimentRun,
  type ExperimentRunStatus,
} from '../projections/experiment-run.js';
import { TargetTotalsDto, toTargetTotals } from './target-totals.dto.js';

/** What is known of a run of an experiment. */
export class ExperimentRunDto {
  @ApiProperty({ example: 'nightly-2026-11-20' })
  readonly runId: string;

  @ApiProperty({ type: String, nullable: true })
  readonly experiment: string | null;

  @ApiProperty({ enum: EXPERIMENT_RUN_STATUSES })
  readonly status: ExperimentRunStatus;

  @ApiProperty({ description: 'How many rows the data set has' })
  readonly rows: number;

  @ApiProperty({ description: 'Results of targets that arrived' })
  readonly targetResults: number;

  @ApiProperty()
  readonly expectedTargetResults: number;

  @ApiProperty({ description: 'Results of evaluators that arrived' })
  readonly evaluatorResults: number;

  @ApiProperty()
  readonly expectedEvaluatorResults: number;

  @ApiProperty({ description: 'Results of targets with an error' })
  readonly failures: number;

  @ApiProperty({ description: 'What targets and evaluators cost, in US dollars' })
  readonly costUsd: number;

  @ApiProperty({ type: [TargetTotalsDto] })
  readonly targets: readonly TargetTotalsDto[];

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  readonly startedAt: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  readonly completedAt: string | null;

  constructor(runId: string, state: ExperimentRun) {
    this.runId = runId;
    this.experiment = state.experiment;
    this.status = state.status;
    this.rows = state.rows;
    this.targetResults = state.targetResults;
    this.expectedTargetResults = state.expectedTargetResults;
    this.evaluatorResults = state.evaluatorResults;
    this.expectedEvaluatorResults = state.expectedEvaluatorResults;
    this.failures = state.failures;
    this.costUsd = state.costUsd;
    this.targets = state.targets.map(toTargetTotals);
    this.startedAt = toIsoTime(state.startedAt);
    this.completedAt = toIsoTime(state.completedAt);
  }
}
