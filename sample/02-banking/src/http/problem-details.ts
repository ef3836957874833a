import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

/** One field that is wrong. */
export class FieldErrorDto {
  @ApiProperty({ example: 'amountCents', description: 'Path of the field' })
  readonly field!: string;

  @ApiProperty({ example: 'must be an integer number' })
  readonly message!: string;
}

/** The answer to every request that fails: a problem document as in RFC 9457. */
export class ProblemDetails {
  @ApiProperty({ example: 'about:blank', description: 'The status says all there is to say about the kind of problem' })
  readonly type!: string;

  @ApiProperty({ example: 'Bad Request' })
  readonly title!: string;

  @ApiProperty({ example: 400 })
  readonly status!: number;

  @ApiProperty({ example: 'The account holds EUR, not USD.' })
  readonly detail!: string;

  @ApiPropertyOptional({ example: 'CURRENCY_MISMATCH', description: 'Stable word for programs to switch on' })
  readonly code?: string;

  @ApiPropertyOptional({ type: [FieldErrorDto], description: 'Which fields are wrong; the first twenty' })
  readonly errors?: readonly FieldErrorDto[];
}
