import { ApiProperty } from '@nestjs/swagger';
import { Length } from 'class-validator';

export const MAX_REASON_LENGTH = 2_000;

/** Why something ended as it did: what a client says, and what the event keeps. */
export class Reason {
  @ApiProperty({ minLength: 1, maxLength: MAX_REASON_LENGTH })
  @Length(1, MAX_REASON_LENGTH)
  readonly reason!: string;

  constructor(data?: Reason) {
    Object.assign(this, data);
  }
}
