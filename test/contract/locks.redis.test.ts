import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { SystemClock } from '../../lib/clock/system-clock.js';
import { redisQueue } from '../../lib/queue/redis/redis-queue.adapter.js';
import { startTestRedis, type TestRedis } from '../support/redis-server.js';
import { locksSuite } from './locks.suite.js';

let redis: TestRedis;
let name: string;
beforeAll(async () => void (redis = await startTestRedis()));
afterAll(() => redis.stop());
beforeEach(() => void (name = randomUUID()));

locksSuite('redis', () => {
  const connection = { host: redis.host, port: redis.port };
  return redisQueue({ connection, name, leaseMs: 1_000 }).openLocks({ clock: new SystemClock() });
});
