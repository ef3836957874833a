import { Logger } from '@nestjs/common';
import { afterAll, beforeAll, expect } from 'vitest';
import { SystemClock } from '../../lib/clock/system-clock.js';
import { shardPrefix } from '../../lib/queue/redis/lane-keys.js';
import { redisQueue } from '../../lib/queue/redis/redis-queue.adapter.js';
import { untruths } from '../support/queue-truth.js';
import { startTestRedis, type TestRedis } from '../support/redis-server.js';
import { silentLogger } from '../support/silent-logger.js';
import { groupQueueSuite } from './group-queue.suite.js';

Logger.overrideLogger(silentLogger);

const names = new Set<string>();
let redis: TestRedis;
beforeAll(async () => void (redis = await startTestRedis()));
afterAll(async () => {
  // Whatever the cases did, counters, states and lists fit what the lanes hold.
  for (const name of names) expect(await untruths(redis.client, shardPrefix('es', name, 0))).toEqual([]);
  await redis.stop();
});

for (const host of ['bullmq', 'native'] as const) {
  groupQueueSuite(`redis, run by the host ${host}`, (limits, name) => {
    names.add(name);
    const connection = { host: redis.host, port: redis.port };
    return redisQueue({ connection, name, host, ...limits }).open({ clock: new SystemClock() });
  });
}
