import { ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, Max, Min } from 'class-validator';

export const MAX_LIMIT = 1_000;

/** Which part of a stream to return: what follows a place in it. */
export class AfterDto {
  @ApiPropertyOptional({ description: 'Only what comes after this sequence', minimum: 0, default: 0 })
  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER - 1)
  readonly after: number = 0;

  @ApiPropertyOptional({ minimum: 1, maximum: MAX_LIMIT, default: MAX_LIMIT })
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(MAX_LIMIT)
  readonly limit: number = MAX_LIMIT;
}

/** Where the next part begins; `null` when this one, with fewer items than were asked for, was the last. */
export function nextAfter(items: readonly { readonly sequence: number }[], limit: number): number | null {
  return items.length === limit ? (items.at(-1)?.sequence ?? null) : null;
}
