import { expect, it } from 'vitest';
import { resolveRedisQueueOptions, type RedisQueueOptions } from '../../../lib/queue/redis/redis-queue-options.js';

it('lets BullMQ run the lanes unless told otherwise', () => {
  expect(resolveRedisQueueOptions({})).toMatchObject({ host: 'bullmq', bullmq: {} });
  const onWorker = (): void => {};
  expect(resolveRedisQueueOptions({ bullmq: { onWorker } }).bullmq.onWorker).toBe(onWorker);
  expect(resolveRedisQueueOptions({ host: 'native' })).toMatchObject({ host: 'native' });
});

it('takes no delayed commands of a tenant where that is said', () => {
  expect(resolveRedisQueueOptions({ maxDelayedJobsPerTenant: 0 })).toMatchObject({ maxDelayedJobsPerTenant: 0 });
});

it.each([
  ['redisQueue.host must be one of bullmq, native', { host: 'bull' as 'bullmq' }],
  ["redisQueue.bullmq must not be given unless redisQueue.host is 'bullmq'", { host: 'native', bullmq: {} }],
  ['redisQueue.leaseMs', { leaseMs: 99 }],
  ['redisQueue.tenantSharePercent', { tenantSharePercent: 101 }],
  ['redisQueue.concurrency', { concurrency: 0 }],
  ['redisQueue.maxDelayedJobsPerTenant must be an integer from 0', { maxDelayedJobsPerTenant: -1 }],
  ['redisQueue.url', { url: 'redis://a', connection: {} }],
] satisfies [string, RedisQueueOptions][])('refuses with: %s', (message, options) => {
  expect(() => resolveRedisQueueOptions(options)).toThrow(message);
});
