import { randomUUID } from 'node:crypto';
import { createParamDecorator, HttpStatus, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { ProblemException } from './problem.exception.js';

/** The header by which a client that repeats a request says that it is the same one. */
export const IDEMPOTENCY_HEADER = 'idempotency-key';

const KEY = /^[\x21-\x7e]{1,200}$/;
const KEY_RULE = 'must be 1 to 200 visible ASCII characters';

/** The id of the command that a request leads to. */
export const CommandId = createParamDecorator((_: unknown, context: ExecutionContext): string =>
  commandIdOf(context.switchToHttp().getRequest<Request>()),
);

/** The `Idempotency-Key` of a request, so that a repeat changes nothing more, else a new id. */
export function commandIdOf({ headers }: Request): string {
  const key = headers[IDEMPOTENCY_HEADER] ?? randomUUID();
  if (typeof key === 'string' && KEY.test(key)) return key;
  throw new ProblemException(HttpStatus.BAD_REQUEST, `The header ${IDEMPOTENCY_HEADER} ${KEY_RULE}.`, {
    code: 'INVALID_REQUEST',
    errors: [{ field: IDEMPOTENCY_HEADER, message: KEY_RULE }],
  });
}
