import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, IsArray, IsIn, Length, MaxLength } from 'class-validator';

const MAX_REASONING_LENGTH = 5_000;
const MAX_CRITERION_LENGTH = 500;
const MAX_CRITERIA = 50;

export const SIMULATION_VERDICTS = ['success', 'failure', 'inconclusive'] as const;
export type SimulationVerdict = (typeof SIMULATION_VERDICTS)[number];

/** How the judge of a simulation sees it. */
export class SimulationResult {
  @ApiProperty({ enum: SIMULATION_VERDICTS })
  @IsIn(SIMULATION_VERDICTS)
  readonly verdict!: SimulationVerdict;

  @ApiPropertyOptional()
  @MaxLength(MAX_REASONING_LENGTH)
  readonly reasoning: string = '';

  @ApiPropertyOptional({ type: [String], default: [] })
  @IsArray()
  @ArrayMaxSize(MAX_CRITERIA)
  @Length(1, MAX_CRITERION_LENGTH, { each: true })
  readonly metCriteria: readonly string[] = [];

  @ApiPropertyOptional({ type: [String], default: [] })
  @IsArray()
  @ArrayMaxSize(MAX_CRITERIA)
  @Length(1, MAX_CRITERION_LENGTH, { each: true })
  readonly unmetCriteria: readonly string[] = [];

  constructor(result?: Partial<SimulationResult>) {
    Object.assign(this, result);
  }
}
