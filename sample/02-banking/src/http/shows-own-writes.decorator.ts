import { CONSISTENCY_TOKEN_HEADER, ConsistentWith, type FoldClass } from '@event-sourcing/nestjs';
import { applyDecorators, HttpStatus } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import { ApiProblem } from './api-problem.decorator.js';
import { tenantOf } from './current-tenant.decorator.js';

/** How long a read waits for what its client has written. */
const TIMEOUT_MS = 2_000;

/** A read of a fold that shows what its client has just written, when the request has the token of the receipt. */
export function ShowsOwnWrites(fold: FoldClass<unknown>): MethodDecorator {
  return applyDecorators(
    ConsistentWith(fold, { timeoutMs: TIMEOUT_MS, tenantId: tenantOf }),
    ApiHeader({
      name: CONSISTENCY_TOKEN_HEADER,
      required: false,
      description: 'That of the response to a command: the answer shows what it stored',
    }),
    ApiProblem(HttpStatus.SERVICE_UNAVAILABLE, 'What the token names cannot be read yet; see Retry-After'),
  );
}
