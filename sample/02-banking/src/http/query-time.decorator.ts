import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsDate, IsOptional } from 'class-validator';

/** An optional time of a query, such as 2026-11-20T10:00:00Z. */
export function QueryTime(): PropertyDecorator {
  return applyDecorators(
    IsOptional(),
    Transform(({ obj, key }: { obj: Record<string, unknown>; key: string }) => toDate(obj[key])),
    IsDate({ message: '$property must be a time such as 2026-11-20T10:00:00Z' }),
  );
}

/** RFC 3339 alone: `Date` takes nearly any text for some time or other. */
function toDate(value: unknown): unknown {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i.test(value)
    ? new Date(value)
    : value;
}
