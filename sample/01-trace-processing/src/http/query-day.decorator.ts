import { applyDecorators } from '@nestjs/common';
import { IsISO8601, IsOptional, Matches } from 'class-validator';

/** An optional day of a query, such as 2026-11-20. */
export function QueryDay(): PropertyDecorator {
  const message = '$property must be a day such as 2026-11-20';
  return applyDecorators(
    IsOptional(),
    Matches(/^\d{4}-\d\d-\d\d$/, { message }),
    IsISO8601({ strict: true }, { message }),
  );
}
