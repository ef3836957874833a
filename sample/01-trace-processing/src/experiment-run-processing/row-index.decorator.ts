import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { IsInt, Max, Min } from 'class-validator';
import { MAX_ROWS } from './experiment-plan.js';

/** Which row of the data set. */
export function RowIndex(): PropertyDecorator {
  const description = 'Index of the row in the data set, from 0';
  return applyDecorators(ApiProperty({ description }), IsInt(), Min(0), Max(MAX_ROWS - 1));
}
