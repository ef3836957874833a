import { applyDecorators } from '@nestjs/common';
import { IsOptional, IsString, Length } from 'class-validator';

const MAX_NAME_LENGTH = 512;

/** An optional name that a query looks for. */
export function QueryName(): PropertyDecorator {
  return applyDecorators(IsOptional(), IsString(), Length(1, MAX_NAME_LENGTH));
}
