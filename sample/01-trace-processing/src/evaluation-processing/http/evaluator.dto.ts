import { ApiProperty } from '@nestjs/swagger';

/** An evaluator that the workers run. */
export class EvaluatorDto {
  @ApiProperty({ example: 'no_errors' })
  readonly name!: string;

  @ApiProperty()
  readonly description!: string;
}
