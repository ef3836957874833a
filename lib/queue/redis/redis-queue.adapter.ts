import { RedisLock } from '../../locks/redis/redis-lock.js';
import { openRecurringJobs } from '../../recurring-jobs/redis/open-recurring-jobs.js';
import { RedisChannel } from '../../redis/redis-channel.js';
import { RedisConnection } from '../../redis/redis-connection.js';
import type { QueueAdapter } from '../queue-adapter.js';
import { shardPrefix } from './lane-keys.js';
import { type RedisQueueOptions, resolveRedisQueueOptions } from './redis-queue-options.js';
import { RedisQueue } from './redis-queue.js';

/**
 * A queue in Redis 7 or later, shared by all processes that name the same server, prefix and name.
 *
 * What was staged survives a crash of the server as far as its persistence goes: `appendfsync always` keeps all that
 * was acknowledged, `everysec` may lose a second of it.
 *
 * @throws InvalidArgumentError when an option is out of its range; `open()` throws MissingPackageError without
 * `ioredis`, RedisUnreachableError, RedisUnsuitableError, and ForeignKeyError when others use its keys; a process that
 * consumes, MissingPackageError without `bullmq`, unless the host is `native`
 * @publicApi
 */
export function redisQueue(options: RedisQueueOptions = {}): QueueAdapter {
  const resolved = resolveRedisQueueOptions(options);
  return {
    name: 'redis',
    shared: true,
    open: ({ clock }) => RedisQueue.open(resolved, clock),
    openRecurringJobs: (context) => openRecurringJobs(resolved, context),
    openLocks: async ({ clock }) => {
      const { connection, prefix, name, leaseMs } = resolved;
      return new RedisLock({ connection, prefix: shardPrefix(prefix, name, 0), leaseMs }, clock);
    },
    openAnnouncements: () => {
      const { connection, prefix, name } = resolved;
      const open = (): Promise<RedisConnection> => RedisConnection.open(connection, 'The Redis queue');
      return new RedisChannel(`${shardPrefix(prefix, name, 0)}announcements`, open);
    },
  };
}
