import { Logger } from '@nestjs/common';
import { afterAll, beforeAll } from 'vitest';
import { SystemClock } from '../../lib/clock/system-clock.js';
import { redisQueue } from '../../lib/queue/redis/redis-queue.adapter.js';
import { startTestRedis, type TestRedis } from '../support/redis-server.js';
import { silentLogger } from '../support/silent-logger.js';
import { groupQueueSuite } from './group-queue.suite.js';

Logger.overrideLogger(silentLogger);

let redis: TestRedis;
beforeAll(async () => void (redis = await startTestRedis()));
afterAll(() => redis.stop());

groupQueueSuite('redis', (limits, name) =>
  redisQueue({ connection: { host: redis.host, port: redis.port }, name, ...limits }).open({
    clock: new SystemClock(),
  }),
);
