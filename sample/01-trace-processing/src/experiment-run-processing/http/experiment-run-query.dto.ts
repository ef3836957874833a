import type { ProjectionFilter } from '@event-sourcing/nestjs';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { PageQueryDto } from '../../http/page-query.dto.js';
import { QueryName } from '../../http/query-name.decorator.js';
import { EXPERIMENT_RUN_STATUSES, type ExperimentRunStatus } from '../projections/experiment-run.js';

/** Which runs to list. All that is given must hold. */
export class ExperimentRunQueryDto extends PageQueryDto {
  @ApiPropertyOptional({ description: 'Only runs of this experiment', example: 'shop-assistant' })
  @QueryName()
  readonly experiment?: string;

  @ApiPropertyOptional({ enum: EXPERIMENT_RUN_STATUSES })
  @IsOptional()
  @IsIn(EXPERIMENT_RUN_STATUSES)
  readonly status?: ExperimentRunStatus;
}

/** The conditions of a query as the projection's own. */
export function toExperimentRunFilter({ experiment, status }: ExperimentRunQueryDto): ProjectionFilter {
  return { ...(experiment !== undefined && { experiment }), ...(status !== undefined && { status }) };
}
