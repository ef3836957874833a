import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn } from 'class-validator';

export const RUN_OUTCOMES = ['finished', 'stopped'] as const;
export type RunOutcome = (typeof RUN_OUTCOMES)[number];

/** How a run of an experiment ended. */
export class RunEnd {
  @ApiPropertyOptional({ enum: RUN_OUTCOMES, default: 'finished', description: 'stopped: before all results were in' })
  @IsIn(RUN_OUTCOMES)
  readonly outcome: RunOutcome = 'finished';

  constructor(end?: Partial<RunEnd>) {
    Object.assign(this, end);
  }
}
