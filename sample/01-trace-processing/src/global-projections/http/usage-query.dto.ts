import type { ProjectionFilter } from '@event-sourcing/nestjs';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { PageQueryDto } from '../../http/page-query.dto.js';
import { QueryDay } from '../../http/query-day.decorator.js';

/** Which days to list. */
export class UsageQueryDto extends PageQueryDto {
  @ApiPropertyOptional({ description: 'Only this day and later ones', format: 'date', example: '2026-11-20' })
  @QueryDay()
  readonly from?: string;

  @ApiPropertyOptional({ description: 'Only days before this one', format: 'date', example: '2026-12-01' })
  @QueryDay()
  readonly to?: string;
}

/** The conditions of a query as those of a projection by day: such days compare as text. */
export function toDayFilter({ from, to }: UsageQueryDto): ProjectionFilter {
  if (from === undefined && to === undefined) return {};
  return { day: { ...(from !== undefined && { gte: from }), ...(to !== undefined && { lt: to }) } };
}
