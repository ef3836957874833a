import { ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsNumber, IsOptional, Min } from 'class-validator';
import { PageQueryDto } from '../../http/page-query.dto.js';
import { QueryFlag } from '../../http/query-flag.decorator.js';
import { QueryName } from '../../http/query-name.decorator.js';
import { QueryTime } from '../../http/query-time.decorator.js';

/** Which traces to list. All that is given must hold. */
export class TraceQueryDto extends PageQueryDto {
  @ApiPropertyOptional({ description: 'Only traces with spans of this service', example: 'checkout' })
  @QueryName()
  readonly service?: string;

  @ApiPropertyOptional({ description: 'Only traces that called this model', example: 'gpt-5-mini' })
  @QueryName()
  readonly model?: string;

  @ApiPropertyOptional({ description: 'Only traces with failed spans, or only those without' })
  @QueryFlag()
  readonly hasErrors?: boolean;

  @ApiPropertyOptional({ description: 'Only traces that started then or later', format: 'date-time' })
  @QueryTime()
  readonly from?: Date;

  @ApiPropertyOptional({ description: 'Only traces that started before then', format: 'date-time' })
  @QueryTime()
  readonly to?: Date;

  @ApiPropertyOptional({ description: 'Only traces that took at least so many milliseconds', minimum: 0 })
  @IsOptional()
  @Type(() => Number)
  @IsNumber()
  @Min(0)
  readonly minDurationMs?: number;
}
