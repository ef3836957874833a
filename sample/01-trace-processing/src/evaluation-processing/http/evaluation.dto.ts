import { ApiProperty } from '@nestjs/swagger';
import { toIsoTime } from '../../http/to-iso-time.js';
import { EVALUATION_STATUSES, type Evaluation, type EvaluationStatus } from '../projections/evaluation.js';

/** What is known of an evaluation. */
export class EvaluationDto {
  @ApiProperty({ example: '4bf92f3577b34da6a3ce929d0e0e4736.no_errors' })
  readonly evaluationId: string;

  @ApiProperty({ type: String, nullable: true })
  readonly traceId: string | null;

  @ApiProperty({ description: 'The last event of the trace that counts' })
  readonly traceSequence: number;

  @ApiProperty({ type: String, nullable: true, example: 'no_errors' })
  readonly evaluator: string | null;

  @ApiProperty({ description: 'Whether a client runs the evaluator' })
  readonly external: boolean;

  @ApiProperty({ enum: EVALUATION_STATUSES })
  readonly status: EvaluationStatus;

  @ApiProperty({ type: Number, nullable: true })
  readonly score: number | null;

  @ApiProperty({ type: Boolean, nullable: true })
  readonly passed: boolean | null;

  @ApiProperty({ type: String, nullable: true })
  readonly label: string | null;

  @ApiProperty()
  readonly details: string;

  @ApiProperty({ type: String, nullable: true, description: 'Why it failed or was skipped' })
  readonly reason: string | null;

  @ApiProperty({ description: 'What the evaluation cost, in US dollars' })
  readonly costUsd: number;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  readonly scheduledAt: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  readonly startedAt: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  readonly finishedAt: string | null;

  constructor(evaluationId: string, { scheduledAt, startedAt, finishedAt, ...state }: Evaluation) {
    this.evaluationId = evaluationId;
    this.traceId = state.traceId;
    this.traceSequence = state.traceSequence;
    this.evaluator = state.evaluator;
    this.external = state.external;
    this.status = state.status;
    this.score = state.score;
    this.passed = state.passed;
    this.label = state.label;
    this.details = state.details;
    this.reason = state.reason;
    this.costUsd = state.costUsd;
    this.scheduledAt = toIsoTime(scheduledAt);
    this.startedAt = toIsoTime(startedAt);
    this.finishedAt = toIsoTime(finishedAt);
  }
}
