import { Logger } from '@nestjs/common';
import * as runner from 'vitest';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { SystemClock } from '../../lib/clock/system-clock.js';
import { shardPrefix } from '../../lib/queue/redis/lane-keys.js';
import { redisQueue } from '../../lib/queue/redis/redis-queue.adapter.js';
import { untruths } from '../support/queue-truth.js';
import { startTestRedis, type TestRedis } from '../support/redis-server.js';
import { silentLogger } from '../support/silent-logger.js';
import { groupQueueSuite } from '../../lib/testing/contract/group-queue.suite.js';

Logger.overrideLogger(silentLogger);

const SETTINGS = [
  ['redis', 'bullmq', {}, { models: true }],
  ['redis', 'native', {}, { models: true }],
  // All keys of a queue have one hash tag: a server of a cluster refuses a step over keys of several slots. The cases
  // take every step that there is.
  ['redis as a cluster of one server', 'bullmq', { 'cluster-enabled': 'yes' }, { models: false }],
] as const;

describe.each(SETTINGS)('%s, run by the host %s', (server, host, settings, parts) => {
  const names = new Set<string>();
  let redis: TestRedis;
  beforeAll(async () => void (redis = await startTestRedis(settings)));
  afterAll(async () => {
    // Whatever the cases did, counters, states and lists fit what the lanes hold.
    for (const name of names) expect(await untruths(redis.client, shardPrefix('es', name, 0))).toEqual([]);
    await redis.stop();
  });

  const open: Parameters<typeof groupQueueSuite>[1] = (limits, name) => {
    names.add(name);
    const connection = { host: redis.host, port: redis.port };
    return redisQueue({ connection, name, host, ...limits }).open({ clock: new SystemClock() });
  };
  groupQueueSuite(server, open, { runner, ...parts });
});
