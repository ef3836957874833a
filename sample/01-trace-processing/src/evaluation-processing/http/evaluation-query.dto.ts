import type { ProjectionFilter } from '@event-sourcing/nestjs';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { PageQueryDto } from '../../http/page-query.dto.js';
import { QueryFlag } from '../../http/query-flag.decorator.js';
import { QueryName } from '../../http/query-name.decorator.js';
import { EVALUATION_STATUSES, type EvaluationStatus } from '../projections/evaluation.js';

/** Which evaluations to list. All that is given must hold. */
export class EvaluationQueryDto extends PageQueryDto {
  @ApiPropertyOptional({ description: 'Only evaluations of this trace' })
  @QueryName()
  readonly traceId?: string;

  @ApiPropertyOptional({ description: 'Only evaluations by this evaluator', example: 'no_errors' })
  @QueryName()
  readonly evaluator?: string;

  @ApiPropertyOptional({ enum: EVALUATION_STATUSES })
  @IsOptional()
  @IsIn(EVALUATION_STATUSES)
  readonly status?: EvaluationStatus;

  @ApiPropertyOptional({ description: 'Only evaluations that were passed, or only those that were not' })
  @QueryFlag()
  readonly passed?: boolean;
}

/** The conditions of a query as the projection's own. */
export function toEvaluationFilter({ traceId, evaluator, status, passed }: EvaluationQueryDto): ProjectionFilter {
  return {
    ...(traceId !== undefined && { traceId: traceId.toLowerCase() }),
    ...(evaluator !== undefined && { evaluator }),
    ...(status !== undefined && { status }),
    ...(passed !== undefined && { passed }),
  };
}
