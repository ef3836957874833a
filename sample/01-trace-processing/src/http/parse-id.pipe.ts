import { HttpStatus, Injectable, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { PUBLIC_ID, PUBLIC_ID_RULE } from '../aggregates/public-id.js';
import { ProblemException } from './problem.exception.js';

/** Checks an id that stands in the path. */
@Injectable()
export class ParseIdPipe implements PipeTransform<unknown, string> {
  transform(value: unknown, { data: field = 'id' }: ArgumentMetadata): string {
    return checkId(field, value);
  }
}

/** @throws ProblemException (400) that names the field */
export function checkId(field: string, value: unknown): string {
  if (typeof value === 'string' && PUBLIC_ID.test(value)) return value;
  throw new ProblemException(HttpStatus.BAD_REQUEST, `The ${field} is malformed.`, {
    code: 'INVALID_REQUEST',
    errors: [{ field, message: PUBLIC_ID_RULE }],
  });
}
