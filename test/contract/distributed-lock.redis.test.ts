import * as runner from 'vitest';
import { afterAll, beforeAll } from 'vitest';
import { SystemClock } from '../../lib/clock/system-clock.js';
import { redisQueue } from '../../lib/queue/redis/redis-queue.adapter.js';
import { distributedLockSuite } from '../../lib/testing/contract/distributed-lock.suite.js';
import { startTestRedis, type TestRedis } from '../support/redis-server.js';

let redis: TestRedis;
beforeAll(async () => void (redis = await startTestRedis()));
afterAll(() => redis.stop());

distributedLockSuite(
  'redis',
  (name) => {
    const connection = { host: redis.host, port: redis.port };
    return redisQueue({ connection, name, leaseMs: 1_000 }).openLocks({ clock: new SystemClock() });
  },
  { runner },
);
