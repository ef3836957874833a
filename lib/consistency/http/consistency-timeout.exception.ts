import { ServiceUnavailableException } from '@nestjs/common';

/**
 * Answers a request whose projections were late with 503 (`@ConsistentWith`). It may be repeated after `Retry-After`, or
 * without its token.
 *
 * @publicApi
 */
export class ConsistencyTimeoutException extends ServiceUnavailableException {
  readonly code = 'CONSISTENCY_TIMEOUT';

  constructor() {
    super({
      statusCode: 503,
      code: 'CONSISTENCY_TIMEOUT',
      error: 'Service Unavailable',
      message: 'What the consistency token names cannot be read yet. Repeat the request later, or without the token.',
    });
  }
}
