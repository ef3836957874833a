import { HttpException, type HttpStatus } from '@nestjs/common';
import type { FieldErrorDto } from './problem-details.js';

export interface ProblemOptions {
  readonly code?: string;
  readonly errors?: readonly FieldErrorDto[];
  /** Tells the client when to repeat the request, in whole seconds. */
  readonly retryAfterSeconds?: number;
  readonly cause?: unknown;
}

/** Throw it to answer with a problem document. */
export class ProblemException extends HttpException {
  readonly code: string | undefined;
  readonly errors: readonly FieldErrorDto[] | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(status: HttpStatus, detail: string, options: ProblemOptions = {}) {
    super(detail, status, { cause: options.cause });
    this.code = options.code;
    this.errors = options.errors;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}
