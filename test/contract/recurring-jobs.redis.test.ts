import { Logger } from '@nestjs/common';
import * as runner from 'vitest';
import { afterAll, beforeAll } from 'vitest';
import { redisQueue } from '../../lib/queue/redis/redis-queue.adapter.js';
import { recurringJobsSuite } from '../../lib/testing/contract/recurring-jobs.suite.js';
import { openRecurringJobs } from '../support/open-recurring-jobs.js';
import { startTestRedis, type TestRedis } from '../support/redis-server.js';
import { silentLogger } from '../support/silent-logger.js';

Logger.overrideLogger(silentLogger);

let redis: TestRedis;
beforeAll(async () => void (redis = await startTestRedis()));
afterAll(() => redis.stop());

recurringJobsSuite(
  'redis',
  (name) => openRecurringJobs(redisQueue({ connection: { host: redis.host, port: redis.port }, name, leaseMs: 1_000 })),
  { runner },
);
