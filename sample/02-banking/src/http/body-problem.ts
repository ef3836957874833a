import { HttpStatus } from '@nestjs/common';
import { ProblemException } from './problem.exception.js';

/** What the body parser of Express passes on when it cannot read a body. */
export interface BodyParserError extends Error {
  readonly statusCode: number;
  /** The parser's own errors: such as `entity.too.large` or `encoding.unsupported`. */
  readonly type?: string;
  /** Errors of zlib: such as `Z_DATA_ERROR`. */
  readonly code?: string;
  /** With `entity.too.large`: the limit in bytes. */
  readonly limit?: number;
}

export function isBodyParserError(error: unknown): error is BodyParserError {
  if (!(error instanceof Error) || !('statusCode' in error) || typeof error.statusCode !== 'number') return false;
  return 'type' in error || ('code' in error && typeof error.code === 'string' && error.code.startsWith('Z_'));
}

export function toBodyProblem(error: BodyParserError): ProblemException {
  switch (error.type) {
    case 'entity.too.large':
      return problem('body', `must not exceed ${error.limit} bytes after decompression`, error);
    case 'encoding.unsupported':
      return problem('content-encoding', 'must be gzip or identity', error);
    default:
      return problem('body', `cannot be read: ${error.message}`, error);
  }
}

function problem(field: string, message: string, cause: BodyParserError): ProblemException {
  const status: HttpStatus = cause.statusCode;
  return new ProblemException(status, `The request's ${field} ${message}.`, { errors: [{ field, message }], cause });
}
