import type { ProjectionFilter } from '@event-sourcing/nestjs';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { PageQueryDto } from '../../http/page-query.dto.js';
import { QueryName } from '../../http/query-name.decorator.js';
import { SIMULATION_RUN_STATUSES, type SimulationRunStatus } from '../projections/simulation-run.js';
import { SIMULATION_VERDICTS, type SimulationVerdict } from '../simulation-result.js';

/** Which simulations to list. All that is given must hold. */
export class SimulationRunQueryDto extends PageQueryDto {
  @ApiPropertyOptional({ description: 'Only simulations of this scenario' })
  @QueryName()
  readonly scenario?: string;

  @ApiPropertyOptional({ description: 'Only simulations of scenarios of this set' })
  @QueryName()
  readonly scenarioSet?: string;

  @ApiPropertyOptional({ enum: SIMULATION_RUN_STATUSES })
  @IsOptional()
  @IsIn(SIMULATION_RUN_STATUSES)
  readonly status?: SimulationRunStatus;

  @ApiPropertyOptional({ enum: SIMULATION_VERDICTS })
  @IsOptional()
  @IsIn(SIMULATION_VERDICTS)
  readonly verdict?: SimulationVerdict;
}

/** The conditions of a query as the projection's own. */
export function toSimulationRunFilter(query: SimulationRunQueryDto): ProjectionFilter {
  const { scenario, scenarioSet, status, verdict } = query;
  return {
    ...(scenario !== undefined && { scenario }),
    ...(scenarioSet !== undefined && { scenarioSet }),
    ...(status !== undefined && { status }),
    ...(verdict !== undefined && { verdict }),
  };
}
