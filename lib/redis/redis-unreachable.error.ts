import { OutageError } from '../errors/outage.error.js';

/**
 * Thrown when no connection to Redis could be had in time: the server does not answer or does not let in. The command
 * was not sent.
 *
 * @publicApi
 */
export class RedisUnreachableError extends OutageError {
  readonly code = 'REDIS_UNREACHABLE';

  constructor(reason: string, options?: ErrorOptions) {
    super(`No connection to Redis (${reason}). The command was not sent; repeat it later.`, options);
  }
}
