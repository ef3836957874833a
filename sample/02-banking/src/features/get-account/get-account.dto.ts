import { ApiPropertyOptional } from '@nestjs/swagger';
import { QueryTime } from '../../http/query-time.decorator.js';

/** The query of the request. */
export class GetAccountDto {
  @ApiPropertyOptional({ type: String, format: 'date-time', description: 'As it was then' })
  @QueryTime()
  readonly at?: Date;
}
