import type { Type } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';

/** One page of a list; see `PageQueryDto`. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly total: number;
  readonly page: number;
  readonly pageSize: number;
}

/** The class of a page, for Swagger. */
export function PageOf<T>(item: abstract new (...args: never[]) => T): Type<Page<T>> {
  class PageDto implements Page<T> {
    @ApiProperty({ type: [item] })
    readonly items!: readonly T[];

    @ApiProperty({ description: 'How many there are on all pages' })
    readonly total!: number;

    @ApiProperty()
    readonly page!: number;

    @ApiProperty()
    readonly pageSize!: number;
  }
  return PageDto;
}
