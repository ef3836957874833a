import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import { IsBoolean, IsDate, IsInt, IsNumber, IsOptional, IsString, Length, Max, Min } from 'class-validator';

const MAX_NAME_LENGTH = 512;
const NOT_A_TIME = '$property must be a time such as 2026-11-20T10:00:00Z';
export const MAX_PAGE = 1_000;
export const MAX_PAGE_SIZE = 100;

/** Which traces to list. All that is given must hold. */
export class TraceQueryDto {
  @ApiPropertyOptional({ description: 'Only traces with spans of this service', example: 'checkout' })
  @IsOptional()
  @IsString()
  @Length(1, MAX_NAME_LENGTH)
  readonly service?: string;

  @ApiPropertyOptional({ description: 'Only traces that called this model', example: 'gpt-5-mini' })
  @IsOptional()
  @IsString()
  @Length(1, MAX_NAME_LENGTH)
  readonly model?: string;

  @ApiPropertyOptional({ description: 'Only traces with failed spans, or only those without' })
  @IsOptional()
  @Transform(({ obj }: { obj: Record<string, unknown> }) => toBoolean(obj['hasErrors']))
  @IsBoolean({ message: 'hasErrors must be true or false' })
  readonly hasErrors?: boolean;

  @ApiPropertyOptional({ description: 'Only traces that started then or later', format: 'date-time' })
  @IsOptional()
  @Transform(({ obj }: { obj: Record<string, unknown> }) => toDate(obj['from']))
  @IsDate({ message: NOT_A_TIME })
  readonly from?: Date;

  @ApiPropertyOptional({ description: 'Only traces that started before then', format: 'date-time' })
  @IsOptional()
  @Transform(({ obj }: { obj: Record<string, unknown> }) => toDate(obj['to']))
  @IsDate({ message: NOT_A_TIME })
  readonly to?: Date;

  @ApiPropertyOptional({ description: 'Only traces that took at least so many milliseconds', minimum: 0 })
  @IsOptional()
  @Type(() => Number)
  @IsNumber()
  @Min(0)
  readonly minDurationMs?: number;

  @ApiPropertyOptional({ minimum: 1, maximum: MAX_PAGE, default: 1 })
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(MAX_PAGE)
  readonly page: number = 1;

  @ApiPropertyOptional({ minimum: 1, maximum: MAX_PAGE_SIZE, default: 20 })
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(MAX_PAGE_SIZE)
  readonly pageSize: number = 20;
}

function toBoolean(value: unknown): unknown {
  return value === 'true' ? true : value === 'false' ? false : value;
}

/** RFC 3339 alone: `Date` takes nearly any text for some time or other. */
function toDate(value: unknown): unknown {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i.test(value)
    ? new Date(value)
    : value;
}
