import type { QueueAdapter } from '../../lib/index.js';
import { RedisQueue } from '../../lib/queue/redis/redis-queue.js';
import { type RedisQueueOptions, resolveRedisQueueOptions } from '../../lib/queue/redis/redis-queue-options.js';
import { redisQueue } from '../../lib/redis.js';

/** The queue in Redis, in which routes stay live for a shorter time. */
export function shortRoutesQueue(options: RedisQueueOptions, routesKeptMs: number): QueueAdapter {
  const resolved = { ...resolveRedisQueueOptions(options), routesKeptMs };
  return { ...redisQueue(options), open: ({ clock }) => RedisQueue.open(resolved, clock) };
}
