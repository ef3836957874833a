import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, ArrayUnique, IsArray, IsInt, Length, Max, Min } from 'class-validator';

export const MAX_NAME_LENGTH = 100;
export const MAX_ROWS = 100_000;
/** Keep the state of a run small, which has totals for each target and evaluator. */
const MAX_TARGETS = 20;
const MAX_EVALUATORS = 20;

/** What a run of an experiment does: each target answers each row of a data set, and evaluators judge the answers. */
export class ExperimentPlan {
  @ApiProperty({ example: 'shop-assistant' })
  @Length(1, MAX_NAME_LENGTH)
  readonly experiment!: string;

  @ApiProperty({ description: 'How many rows the data set has', minimum: 1, maximum: MAX_ROWS })
  @IsInt()
  @Min(1)
  @Max(MAX_ROWS)
  readonly rows!: number;

  @ApiProperty({
    description: 'What is compared, such as prompts or models',
    example: ['gpt-5-mini', 'mistral-small-3'],
  })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_TARGETS)
  @ArrayUnique()
  @Length(1, MAX_NAME_LENGTH, { each: true })
  readonly targets!: readonly string[];

  @ApiPropertyOptional({
    description: 'What judges the answers',
    type: [String],
    example: ['exact_match'],
    default: [],
  })
  @IsArray()
  @ArrayMaxSize(MAX_EVALUATORS)
  @ArrayUnique()
  @Length(1, MAX_NAME_LENGTH, { each: true })
  readonly evaluators: readonly string[] = [];

  constructor(plan?: Partial<ExperimentPlan>) {
    Object.assign(this, plan);
  }
}
