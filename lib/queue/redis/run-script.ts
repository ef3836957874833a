import { describeError } from '../../errors/describe-error.js';
import { classifyRedisError } from '../../redis/classify-redis-error.js';
import type { RedisConnection } from '../../redis/redis-connection.js';
import type { RedisScript } from '../../redis/redis-script.js';
import { ForeignKeyError } from './foreign-key.error.js';

/**
 * Runs a script of the queue. Errors pass through but for one.
 *
 * @throws ForeignKeyError when a key holds what the script cannot read
 */
export async function runScript(
  connection: Pick<RedisConnection, 'run'>,
  script: RedisScript,
  prefix: string,
  args: readonly (string | number)[],
): Promise<unknown> {
  try {
    return await connection.run(script, [prefix], args);
  } catch (cause) {
    if (classifyRedisError(cause) === 'permanent') throw new ForeignKeyError(describeError(cause), { cause });
    throw cause;
  }
}
