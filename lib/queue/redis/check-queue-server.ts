import { checkRedisServer } from '../../redis/check-redis-server.js';
import type { RedisConnection } from '../../redis/redis-connection.js';
import { RedisUnsuitableError } from '../../redis/redis-unsuitable.error.js';

/** The first version whose scripts say what they may do when memory is short: see `EXCHANGE`. */
const MIN_MAJOR = 7;

/** @throws RedisUnsuitableError when the server is too old or may evict keys */
export async function checkQueueServer(connection: RedisConnection): Promise<void> {
  await checkRedisServer(connection);
  const version = /redis_version:(\S+)/.exec(await connection.info('server'))?.[1];
  if (Number.parseInt(version ?? '', 10) < MIN_MAJOR) {
    throw new RedisUnsuitableError(`it is version ${version}, and the queue needs ${MIN_MAJOR}.0 at least`);
  }
}
