import type { RedisConnection } from '../../redis/redis-connection.js';
import type { RedisScript } from '../../redis/redis-script.js';
import { toQueueError } from './to-queue-error.js';

/**
 * Runs a script of the queue, once.
 *
 * @throws QueueUnavailableError, ForeignKeyError, ClosedError
 */
export async function runScript(
  connection: Pick<RedisConnection, 'run'>,
  script: RedisScript,
  prefix: string,
  args: readonly (string | number)[] = [],
): Promise<unknown> {
  try {
    return await connection.run(script, [prefix], args);
  } catch (cause) {
    throw toQueueError(cause);
  }
}
