import { Logger } from '@nestjs/common';
import { checkRedisServer } from '../../redis/check-redis-server.js';
import type { RedisConnection } from '../../redis/redis-connection.js';
import { RedisUnsuitableError } from '../../redis/redis-unsuitable.error.js';
import { GroupQueue } from '../group-queue.js';

/** The first version whose scripts say what they may do when memory is short: see `EXCHANGE`. */
const MIN_MAJOR = 7;

/** @throws RedisUnsuitableError when the server is too old, or may evict keys and was not told that it is allowed to */
export async function checkQueueServer(
  connection: RedisConnection,
  { allowEviction }: { readonly allowEviction: boolean },
): Promise<void> {
  const warn = (problem: string): void => {
    new Logger(GroupQueue.name).warn({ message: 'Jobs may be lost when Redis is short of memory', problem });
  };
  await checkRedisServer(connection, allowEviction ? warn : undefined);
  const version = /redis_version:(\S+)/.exec(await connection.info('server'))?.[1];
  if (Number.parseInt(version ?? '', 10) < MIN_MAJOR) {
    throw new RedisUnsuitableError(`it is version ${version}, and the queue needs ${MIN_MAJOR}.0 at least`);
  }
}
