import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { redisQueue } from '../../lib/queue/redis/redis-queue.adapter.js';
import { startTestRedis, type TestRedis } from '../support/redis-server.js';
import { silentLogger } from '../support/silent-logger.js';
import { recurringJobsSuite } from './recurring-jobs.suite.js';

Logger.overrideLogger(silentLogger);

let redis: TestRedis;
let name: string;
beforeAll(async () => void (redis = await startTestRedis()));
afterAll(() => redis.stop());
beforeEach(() => void (name = randomUUID()));

recurringJobsSuite('redis', () =>
  redisQueue({ connection: { host: redis.host, port: redis.port }, name, leaseMs: 1_000 }),
);
