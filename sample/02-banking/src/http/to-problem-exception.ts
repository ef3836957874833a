import {
  CommandFailedError,
  CommandRejectedError,
  EventSourcingError,
  InvalidTenantError,
  QueueFullError,
} from '@event-sourcing/nestjs';
import { HttpException, HttpStatus } from '@nestjs/common';
import { isBodyParserError, toBodyProblem } from './body-problem.js';
import { ProblemException } from './problem.exception.js';
import { rejectionStatus } from './rejection-status.js';
import { TENANT_HEADER } from './tenant-header.js';

const RETRY_AFTER_SECONDS = 1;

/** What an error means to the client: the one place that turns errors into HTTP. */
export function toProblemException(error: unknown): ProblemException {
  if (error instanceof ProblemException) return error;
  // Nest has wrapped what comes from middleware.
  if (error instanceof HttpException) {
    return isBodyParserError(error.cause) ? toBodyProblem(error.cause) : fromHttpException(error);
  }
  if (error instanceof EventSourcingError) return fromEventSourcingError(error);
  return broken(error);
}

function fromHttpException(error: HttpException): ProblemException {
  const response = error.getResponse();
  const message = typeof response === 'object' && 'message' in response ? response.message : response;
  const detail = Array.isArray(message) ? message.join('; ') : String(message);
  const code = typeof response === 'object' && 'code' in response ? String(response.code) : undefined;
  return new ProblemException(error.getStatus(), detail, { code, cause: error });
}

function fromEventSourcingError(error: EventSourcingError): ProblemException {
  const { code, kind, message } = error;
  if (error instanceof InvalidTenantError) {
    const errors = [{ field: TENANT_HEADER, message }];
    const detail = `Header ${TENANT_HEADER} names no bank.`;
    return new ProblemException(HttpStatus.BAD_REQUEST, detail, { code, errors, cause: error });
  }
  if (error instanceof CommandRejectedError) {
    return new ProblemException(rejectionStatus(error.reason), message, { code: error.reason, cause: error });
  }
  if (error instanceof QueueFullError) {
    return later(HttpStatus.TOO_MANY_REQUESTS, 'Too much waits already; repeat the request later.', error);
  }
  // Others were faster each time: what is asked for may still be done.
  if (kind === 'conflict') {
    return later(HttpStatus.SERVICE_UNAVAILABLE, 'Others were faster again and again; repeat the request.', error);
  }
  // A handler that threw something of its own has a bug, which another attempt does not mend.
  const isBug = error instanceof CommandFailedError && error.failureCode === 'UNKNOWN';
  if (kind === 'transient' && !isBug) {
    return later(HttpStatus.SERVICE_UNAVAILABLE, 'The storage does not answer; repeat the request later.', error);
  }
  if (hasProblems(error)) {
    const errors = error.problems.map((problem) => ({ field: problem.split(/[: ]/, 1)[0] ?? '', message: problem }));
    return new ProblemException(HttpStatus.BAD_REQUEST, message, { code, errors, cause: error });
  }
  return broken(error, code);
}

function later(status: HttpStatus, detail: string, cause: EventSourcingError): ProblemException {
  return new ProblemException(status, detail, { code: cause.code, retryAfterSeconds: RETRY_AFTER_SECONDS, cause });
}

function broken(cause: unknown, code?: string): ProblemException {
  return new ProblemException(HttpStatus.INTERNAL_SERVER_ERROR, 'Something went wrong on the server.', { code, cause });
}

/** Validation errors of commands and events list one line a problem, each beginning with the property's path. */
function hasProblems(
  error: EventSourcingError,
): error is EventSourcingError & { readonly problems: readonly string[] } {
  return 'problems' in error && Array.isArray(error.problems);
}
