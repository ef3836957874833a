import { Logger } from '@nestjs/common';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SystemClock } from '../../../lib/clock/system-clock.js';
import { QueueUnavailableError } from '../../../lib/queue/redis/queue-unavailable.error.js';
import { shardPrefix } from '../../../lib/queue/redis/lane-keys.js';
import { redisQueue } from '../../../lib/queue/redis/redis-queue.adapter.js';
import { RedisUnsuitableError } from '../../../lib/redis/redis-unsuitable.error.js';
import { eventually } from '../../support/eventually.js';
import { startTestRedis, type TestRedis } from '../../support/redis-server.js';
import { silentLogger } from '../../support/silent-logger.js';
import { lane, range } from '../../../lib/testing/contract/group-queue/group-queue-cases.js';

Logger.overrideLogger(silentLogger);

/** How long two servers may take to know each other. */
const MEET_MS = 20_000;

let node: TestRedis;
let other: TestRedis;
beforeAll(async () => {
  node = await startTestRedis({ 'cluster-enabled': 'yes' });
  other = await startTestRedis({ 'cluster-enabled': 'yes' });
});
afterAll(() => Promise.all([node.stop(), other.stop()]));

it('stages nothing on a node that gave its keys to another, and does not open there', async () => {
  const adapter = redisQueue({ connection: { host: node.host, port: node.port }, stageTimeoutMs: 300 });
  const queue = await adapter.open({ clock: new SystemClock() });
  await queue.stage([range(lane('a'), 1)]);
  await node.flush();
  await other.client.cluster('FLUSHSLOTS');
  await other.client.cluster('MEET', node.host, node.port);
  const slot = await node.client.cluster('KEYSLOT', shardPrefix('es', 'default', 0));
  const otherId = String(await other.client.cluster('MYID'));
  await eventually(() => node.client.cluster('SETSLOT', slot, 'NODE', otherId), MEET_MS);

  const refused = queue.stage([range(lane('a'), 2)]);
  await expect(refused).rejects.toBeInstanceOf(QueueUnavailableError);
  await expect(refused).rejects.toThrow(/MOVED/);
  await expect(adapter.open({ clock: new SystemClock() })).rejects.toBeInstanceOf(RedisUnsuitableError);
  await queue.drain();
});
