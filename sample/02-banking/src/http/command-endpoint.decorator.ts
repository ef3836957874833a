import { applyDecorators, HttpCode, HttpStatus, UseGuards, UseInterceptors } from '@nestjs/common';
import { ApiConsumes, ApiHeader, ApiOkResponse, ApiOperation, ApiParam } from '@nestjs/swagger';
import type { Rejection } from '../account/rejection.js';
import { ApiProblem } from './api-problem.decorator.js';
import { IDEMPOTENCY_HEADER } from './command-id.decorator.js';
import { JsonBodyGuard } from './json-body.guard.js';
import { ReceiptDto } from './receipt.dto.js';
import { rejectionStatus } from './rejection-status.js';
import { TokenInterceptor } from './token.interceptor.js';

/** What an endpoint says of itself. */
export interface CommandEndpointOptions {
  readonly summary: string;
  /** The part of the path that names the account. */
  readonly of?: string;
  /** Which rules may say no. */
  readonly rejections: readonly Rejection[];
}

/** An endpoint that takes one command as JSON and answers with its receipt. */
export function CommandEndpoint({ summary, of, rejections }: CommandEndpointOptions): MethodDecorator {
  const statuses = [...new Set(rejections.map(rejectionStatus))];
  const reasonsOf = (status: HttpStatus): string =>
    rejections.filter((reason) => rejectionStatus(reason) === status).join(', ');
  return applyDecorators(
    HttpCode(HttpStatus.OK),
    UseGuards(JsonBodyGuard),
    UseInterceptors(TokenInterceptor),
    ApiOperation({ summary }),
    ApiConsumes('application/json'),
    ApiOkResponse({ type: ReceiptDto, description: 'Stored' }),
    ...statuses.map((status) => ApiProblem(status, `A rule says no: ${reasonsOf(status)}`)),
    ApiProblem(HttpStatus.PAYLOAD_TOO_LARGE, 'The body is too large'),
    ApiProblem(HttpStatus.UNSUPPORTED_MEDIA_TYPE, 'The body is not JSON'),
    ApiProblem(HttpStatus.TOO_MANY_REQUESTS, 'Too much waits already; see Retry-After'),
    ApiProblem(HttpStatus.SERVICE_UNAVAILABLE, 'The storage does not answer; see Retry-After'),
    ...(of === undefined ? [] : [ApiParam({ name: of, schema: { type: 'string' } })]),
    ApiHeader({
      name: IDEMPOTENCY_HEADER,
      required: false,
      description: 'Repeats with the same key change nothing more, and are answered like the first',
    }),
  );
}
