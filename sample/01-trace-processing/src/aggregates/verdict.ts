import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsNumber, IsOptional, Length, Max, MaxLength, Min } from 'class-validator';

const MAX_LABEL_LENGTH = 100;
const MAX_DETAILS_LENGTH = 2_000;
/** Above this a cost comes from a broken sender, and would drown all others in a sum. */
export const MAX_COST_USD = 1e6;

/** What an evaluator found: what a client may say, and what the event keeps. */
export class Verdict {
  @ApiPropertyOptional({ type: Number, nullable: true, minimum: 0, maximum: 1 })
  @IsOptional()
  @IsNumber()
  @Min(0)
  @Max(1)
  readonly score: number | null = null;

  @ApiPropertyOptional({ type: Boolean, nullable: true })
  @IsOptional()
  @IsBoolean()
  readonly passed: boolean | null = null;

  @ApiPropertyOptional({ type: String, nullable: true, description: 'A category, where there is no score' })
  @IsOptional()
  @Length(1, MAX_LABEL_LENGTH)
  readonly label: string | null = null;

  @ApiPropertyOptional({ description: 'Why, in a few words' })
  @MaxLength(MAX_DETAILS_LENGTH)
  readonly details: string = '';

  @ApiPropertyOptional({ description: 'What the evaluation itself cost, in US dollars' })
  @IsNumber()
  @Min(0)
  @Max(MAX_COST_USD)
  readonly costUsd: number = 0;

  constructor(verdict: Partial<Verdict> = {}) {
    Object.assign(this, verdict);
  }
}
