import { HttpStatus, Injectable, ValidationPipe, type ValidationError } from '@nestjs/common';
import type { FieldErrorDto } from './problem-details.js';
import { ProblemException } from './problem.exception.js';

/** Nest's ValidationPipe, strict about unknown parameters, whose errors name their fields. */
@Injectable()
export class ProblemValidationPipe extends ValidationPipe {
  constructor() {
    super({
      transform: true,
      whitelist: true,
      forbidNonWhitelisted: true,
      exceptionFactory: (errors: ValidationError[]) =>
        new ProblemException(HttpStatus.BAD_REQUEST, 'The request is not valid.', {
          code: 'INVALID_REQUEST',
          errors: errors.flatMap((error) => toFieldErrors(error)),
        }),
    });
  }
}

function toFieldErrors(error: ValidationError, parent = ''): FieldErrorDto[] {
  const field = parent + error.property;
  const own = Object.values(error.constraints ?? {}).map((message) => ({ field, message }));
  return [...own, ...(error.children ?? []).flatMap((child) => toFieldErrors(child, `${field}.`))];
}
