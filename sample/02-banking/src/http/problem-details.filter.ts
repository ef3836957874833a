import { STATUS_CODES } from 'node:http';
import { Catch, HttpStatus, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Response } from 'express';
import type { ProblemDetails } from './problem-details.js';
import type { ProblemException } from './problem.exception.js';
import { toProblemException } from './to-problem-exception.js';

/** Answers every failed request with an `application/problem+json` document (RFC 9457). */
@Catch()
export class ProblemDetailsFilter implements ExceptionFilter {
  private readonly logger = new Logger(ProblemDetailsFilter.name);

  catch(error: unknown, host: ArgumentsHost): void {
    const problem = toProblemException(error);
    const status = problem.getStatus();
    if (status >= (HttpStatus.INTERNAL_SERVER_ERROR as number)) this.log(error, problem);

    const response = host.switchToHttp().getResponse<Response>();
    if (response.headersSent) {
      response.end();
      return;
    }
    if (problem.retryAfterSeconds !== undefined) response.set('Retry-After', String(problem.retryAfterSeconds));
    response.status(status).type('application/problem+json').json(toDocument(problem, status));
  }

  /** What goes away by itself, such as a storage that is down or a process that is stopping, needs no stack. */
  private log(error: unknown, problem: ProblemException): void {
    if (problem.retryAfterSeconds === undefined) this.logger.error(error);
    else this.logger.warn(error instanceof Error ? error.message : error);
  }
}

function toDocument(problem: ProblemException, status: number): ProblemDetails {
  return {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail: problem.message,
    code: problem.code,
    errors: problem.errors,
  };
}
