import { ApiProperty } from '@nestjs/swagger';
import { Matches } from 'class-validator';
import { PUBLIC_ID, PUBLIC_ID_RULE } from '../../aggregates/public-id.js';
import { ExperimentPlan } from '../experiment-plan.js';

/** A run to begin, with an id that you choose. */
export class StartExperimentRunDto extends ExperimentPlan {
  @ApiProperty({ example: 'nightly-2026-11-20' })
  @Matches(PUBLIC_ID, { message: `$property ${PUBLIC_ID_RULE}` })
  readonly runId!: string;
}
