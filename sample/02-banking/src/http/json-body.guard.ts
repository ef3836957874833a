import { HttpStatus, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { ProblemException } from './problem.exception.js';

/** Lets only requests pass whose body, where there is one, came as JSON: no other was read. */
@Injectable()
export class JsonBodyGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Request>();
    // `null` when there is no body, `false` when it is of another type.
    if (request.is('json') !== false) return true;
    const message = 'must be application/json';
    throw new ProblemException(HttpStatus.UNSUPPORTED_MEDIA_TYPE, `The content type ${message}.`, {
      errors: [{ field: 'content-type', message }],
    });
  }
}
