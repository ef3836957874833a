export * from './packages/missing-package.error.js';
export * from './queue/redis/foreign-key.error.js';
export * from './queue/redis/lease-lost.error.js';
export * from './queue/redis/queue-unavailable.error.js';
export { redisQueue } from './queue/redis/redis-queue.adapter.js';
export type { RedisQueueOptions } from './queue/redis/redis-queue-options.js';
export type { RedisConnectionOptions } from './redis/redis-connection-options.js';
export * from './redis/redis-unreachable.error.js';
export * from './redis/redis-unsuitable.error.js';
