import { ClosedError } from '../../errors/closed.error.js';
import { describeError } from '../../errors/describe-error.js';
import { classifyRedisError, isAccessRefused } from '../../redis/classify-redis-error.js';
import { ForeignKeyError } from './foreign-key.error.js';
import { QueueUnavailableError } from './queue-unavailable.error.js';

/** What a caller of the queue is told when a command to the server failed. */
export function toQueueError(cause: unknown): ClosedError | ForeignKeyError | QueueUnavailableError {
  if (cause instanceof ClosedError) return cause;
  const isForeign = classifyRedisError(cause) === 'permanent' && !isAccessRefused(cause);
  return new (isForeign ? ForeignKeyError : QueueUnavailableError)(describeError(cause), { cause });
}
