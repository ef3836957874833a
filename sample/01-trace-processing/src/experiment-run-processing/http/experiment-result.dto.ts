import type { ProjectionRecord } from '@event-sourcing/nestjs';
import { ApiExtraModels, ApiProperty, getSchemaPath } from '@nestjs/swagger';
import { SliceOf } from '../../http/slice-of.js';
import { EvaluatorResult } from '../evaluator-result.js';
import { RESULT_KINDS, type ExperimentResult } from '../projections/experiment-result.js';
import { TargetResult } from '../target-result.js';

/** One result of a run. */
@ApiExtraModels(TargetResult, EvaluatorResult)
export class ExperimentResultDto {
  @ApiProperty({ description: 'Position of its event in the stream of the run' })
  readonly sequence: number;

  @ApiProperty({ enum: RESULT_KINDS })
  readonly kind: ExperimentResult['kind'];

  @ApiProperty({ oneOf: [{ $ref: getSchemaPath(TargetResult) }, { $ref: getSchemaPath(EvaluatorResult) }] })
  readonly result: ExperimentResult['result'];

  @ApiProperty({ format: 'date-time' })
  readonly recordedAt: string;

  constructor({ record, sequence, recordedAt }: ProjectionRecord<ExperimentResult>) {
    this.sequence = sequence;
    this.kind = record.kind;
    this.result = record.result;
    this.recordedAt = recordedAt.toISOString();
  }
}

/** Results of a run in the order in which they were recorded. */
export class ExperimentResultSliceDto extends SliceOf(ExperimentResultDto) {}
