import { applyDecorators, HttpCode, HttpStatus, UseGuards, UseInterceptors } from '@nestjs/common';
import { ApiAcceptedResponse, ApiConsumes, ApiHeader, ApiOkResponse, ApiOperation, ApiParam } from '@nestjs/swagger';
import { AcceptedInterceptor } from './accepted.interceptor.js';
import { ApiProblem } from './api-problem.decorator.js';
import { IDEMPOTENCY_HEADER } from './command-id.decorator.js';
import { JsonBodyGuard } from './json-body.guard.js';
import { ReceiptDto } from './receipt.dto.js';

/** What an endpoint says of itself. */
export interface CommandEndpointOptions {
  readonly summary: string;
  readonly description?: string;
  /** The part of the path that `@AddressOf` takes the aggregate's id from. */
  readonly of?: string;
  /** Whether the command has no id of its own, so that the client may give it one. @default true */
  readonly idempotencyKey?: boolean;
}

/** An endpoint that takes one command as JSON and answers with its receipt. */
export function CommandEndpoint({ of, idempotencyKey = true, ...operation }: CommandEndpointOptions): MethodDecorator {
  return applyDecorators(
    HttpCode(HttpStatus.OK),
    UseGuards(JsonBodyGuard),
    UseInterceptors(AcceptedInterceptor),
    ApiOperation(operation),
    ApiConsumes('application/json'),
    ApiOkResponse({ type: ReceiptDto, description: 'Stored' }),
    ApiAcceptedResponse({ type: ReceiptDto, description: 'Queued; no worker has handled it yet' }),
    ApiProblem(HttpStatus.PAYLOAD_TOO_LARGE, 'The body is too large'),
    ApiProblem(HttpStatus.UNSUPPORTED_MEDIA_TYPE, 'The body is not JSON'),
    ApiProblem(HttpStatus.UNPROCESSABLE_ENTITY, 'A rule of the domain says no; `code` says which'),
    ApiProblem(HttpStatus.TOO_MANY_REQUESTS, 'Too much waits already; see Retry-After'),
    ApiProblem(HttpStatus.SERVICE_UNAVAILABLE, 'The storage does not answer; see Retry-After'),
    ...(of === undefined ? [] : [ApiParam({ name: of, schema: { type: 'string' } })]),
    ...(idempotencyKey ? [ApiHeader(IDEMPOTENCY)] : []),
  );
}

const IDEMPOTENCY = {
  name: IDEMPOTENCY_HEADER,
  required: false,
  description: 'Repeats with the same key change nothing more, and are answered like the first',
};
