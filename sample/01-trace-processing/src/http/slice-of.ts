import type { Type } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';

/** What follows a place in a stream; see `AfterDto`. */
export interface Slice<T> {
  readonly items: readonly T[];
  readonly nextAfter: number | null;
}

/** The class of a slice, for Swagger. */
export function SliceOf<T>(item: abstract new (...args: never[]) => T): Type<Slice<T>> {
  class SliceDto implements Slice<T> {
    @ApiProperty({ type: [item] })
    readonly items!: readonly T[];

    @ApiProperty({ type: Number, nullable: true, description: 'Pass it as `after` for what follows; null at the end' })
    readonly nextAfter!: number | null;
  }
  return SliceDto;
}
