import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, Max, Min } from 'class-validator';

const MAX_MONTHS = 120;

/** The query of the request. */
export class MonthlyAnalyticsDto {
  @ApiPropertyOptional({
    minimum: 1,
    maximum: MAX_MONTHS,
    default: 12,
    description: 'The last ones in which there was anything',
  })
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(MAX_MONTHS)
  readonly months: number = 12;

  @ApiPropertyOptional({ minimum: 1970, maximum: 9999, description: 'Of this year only' })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1970)
  @Max(9999)
  readonly year?: number;
}

/** What moved in one currency. */
export class TurnoverDto {
  @ApiProperty({ example: 'USD' })
  readonly currency!: string;

  @ApiProperty({ type: 'integer', description: 'Initial deposits included' })
  readonly depositedCents!: number;

  @ApiProperty({ type: 'integer' })
  readonly withdrawnCents!: number;

  @ApiProperty({ type: 'integer' })
  readonly transferredCents!: number;
}

/** What happened in one month. */
export class MonthDto {
  @ApiProperty({ example: '2026-11', description: 'In UTC' })
  readonly month!: string;

  @ApiProperty()
  readonly accountsOpened!: number;

  @ApiProperty()
  readonly accountsClosed!: number;

  @ApiProperty({ description: 'Accounts that were open at the end of it' })
  readonly totalAccounts!: number;

  @ApiProperty()
  readonly deposits!: number;

  @ApiProperty()
  readonly withdrawals!: number;

  @ApiProperty()
  readonly transfers!: number;

  @ApiProperty({ type: [TurnoverDto] })
  readonly turnover!: readonly TurnoverDto[];
}

/** The answer: months in their order. */
export class MonthlyAnalyticsPageDto {
  @ApiProperty({ type: [MonthDto] })
  readonly items!: readonly MonthDto[];
}
