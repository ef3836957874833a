import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, Length, Matches } from 'class-validator';
import { PUBLIC_ID, PUBLIC_ID_RULE } from '../../aggregates/public-id.js';
import { TRACE_ID, TRACE_ID_RULE } from '../../trace-processing/span-id.js';
import { MAX_EVALUATOR_LENGTH } from '../evaluator-name.js';

/** Which trace to evaluate, and by what. */
export class ScheduleEvaluationDto {
  @ApiProperty({ description: 'An id that you choose', example: 'checkout-review-17' })
  @Matches(PUBLIC_ID, { message: `$property ${PUBLIC_ID_RULE}` })
  readonly evaluationId!: string;

  @ApiProperty({ example: '4bf92f3577b34da6a3ce929d0e0e4736' })
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.toLowerCase() : value))
  @Matches(TRACE_ID, { message: `$property ${TRACE_ID_RULE}` })
  readonly traceId!: string;

  @ApiProperty({ description: 'One of GET /evaluators, or the name of one that you run', example: 'no_errors' })
  @Length(1, MAX_EVALUATOR_LENGTH)
  readonly evaluator!: string;

  @ApiPropertyOptional({ description: 'That you run the evaluator, and report what it finds', default: false })
  @IsBoolean()
  readonly external: boolean = false;
}
