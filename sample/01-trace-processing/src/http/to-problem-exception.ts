import {
  CommandFailedError,
  CommandRejectedError,
  EventSourcingError,
  InvalidTenantError,
  QueueFullError,
} from '@event-sourcing/nestjs';
import { HttpException, HttpStatus } from '@nestjs/common';
import { MalformedOtlpError } from '../otlp/malformed-otlp.error.js';
import { isBodyParserError, toBodyProblem } from './body-problem.js';
import { ProblemException } from './problem.exception.js';
import { TENANT_HEADER } from './tenant-header.js';

/** OTLP exporters repeat what is answered with 429 or 503, after this time. */
const RETRY_AFTER_SECONDS = 1;

/** What an error means to the client: the one place that turns errors into HTTP. */
export function toProblemException(error: unknown): ProblemException {
  if (error instanceof ProblemException) return error;
  // Nest has wrapped what comes from middleware.
  if (error instanceof HttpException)
    return isBodyParserError(error.cause) ? toBodyProblem(error.cause) : fromHttpException(error);
  if (error instanceof MalformedOtlpError) {
    return new ProblemException(HttpStatus.BAD_REQUEST, error.message, {
      code: 'MALFORMED_OTLP',
      errors: error.problems,
      cause: error,
    });
  }
  if (error instanceof EventSourcingError) return fromEventSourcingError(error);
  return new ProblemException(HttpStatus.INTERNAL_SERVER_ERROR, 'Something went wrong on the server.', {
    cause: error,
  });
}

function fromHttpException(error: HttpException): ProblemException {
  const response = error.getResponse();
  const message = typeof response === 'object' && 'message' in response ? response.message : response;
  const detail = Array.isArray(message) ? message.join('; ') : String(message);
  const code = typeof response === 'object' && 'code' in response ? String(response.code) : undefined;
  return new ProblemException(error.getStatus(), detail, { code, cause: error });
}

function fromEventSourcingError(error: EventSourcingError): ProblemException {
  const { code } = error;
  if (error instanceof InvalidTenantError) {
    const errors = [{ field: TENANT_HEADER, message: error.message }];
    return new ProblemException(HttpStatus.BAD_REQUEST, `Header ${TENANT_HEADER} names no tenant.`, {
      code,
      errors,
      cause: error,
    });
  }
  if (error instanceof QueueFullError) {
    return new ProblemException(HttpStatus.TOO_MANY_REQUESTS, 'Too much waits already; repeat the request later.', {
      code,
      retryAfterSeconds: RETRY_AFTER_SECONDS,
      cause: error,
    });
  }
  if (error instanceof CommandRejectedError) {
    return new ProblemException(HttpStatus.UNPROCESSABLE_ENTITY, error.message, { code: error.reason, cause: error });
  }
  // A handler that threw something of its own has a bug, which another attempt does not mend.
  const isBug = error instanceof CommandFailedError && error.failureCode === 'UNKNOWN';
  const retryable = error.kind === 'transient' && !isBug;
  if (retryable) {
    return new ProblemException(
      HttpStatus.SERVICE_UNAVAILABLE,
      'The storage does not answer; repeat the request later.',
      {
        code,
        retryAfterSeconds: RETRY_AFTER_SECONDS,
        cause: error,
      },
    );
  }
  if (hasProblems(error)) {
    const errors = error.problems.map((problem) => ({ field: problem.split(/[: ]/, 1)[0] ?? '', message: problem }));
    return new ProblemException(HttpStatus.BAD_REQUEST, error.message, { code, errors, cause: error });
  }
  if (error.kind === 'conflict')
    return new ProblemException(HttpStatus.CONFLICT, error.message, { code, cause: error });
  return new ProblemException(HttpStatus.INTERNAL_SERVER_ERROR, 'Something went wrong on the server.', {
    code,
    cause: error,
  });
}

/** Validation errors of commands and events list one line a problem, each beginning with the property's path. */
function hasProblems(
  error: EventSourcingError,
): error is EventSourcingError & { readonly problems: readonly string[] } {
  return 'problems' in error && Array.isArray(error.problems);
}
