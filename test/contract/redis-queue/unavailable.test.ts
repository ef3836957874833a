import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { SystemClock } from '../../../lib/clock/system-clock.js';
import type { GroupQueue } from '../../../lib/queue/group-queue.js';
import { QueueUnavailableError } from '../../../lib/queue/redis/queue-unavailable.error.js';
import { redisQueue } from '../../../lib/queue/redis/redis-queue.adapter.js';
import { eventually } from '../../support/eventually.js';
import { startTestRedis, type TestRedis } from '../../support/redis-server.js';
import { silentLogger } from '../../support/silent-logger.js';
import { lane, range } from '../../../lib/testing/contract/group-queue/group-queue-cases.js';

Logger.overrideLogger(silentLogger);

const note = { by: 'ann', reason: 'test' };

let redis: TestRedis;
const queues: GroupQueue[] = [];
beforeAll(async () => void (redis = await startTestRedis()));
afterEach(async () => {
  for (const queue of queues.splice(0)) await queue.drain();
});
afterAll(() => redis.stop());

async function open(): Promise<GroupQueue> {
  const connection = { host: redis.host, port: redis.port, reconnectWaitMs: 100 };
  const queue = await redisQueue({ connection, name: randomUUID(), stageTimeoutMs: 300 }).open({
    clock: new SystemClock(),
  });
  queues.push(queue);
  return queue;
}

it.each([
  { state: 'away', before: () => redis.kill(), after: () => redis.start() },
  {
    state: 'in want of a password that nobody gave',
    before: async () => {
      await redis.client.config('SET', 'requirepass', 'new');
      await redis.client.call('CLIENT', 'KILL', 'SKIPME', 'yes');
    },
    after: async () => void (await redis.client.config('SET', 'requirepass', '')),
  },
  {
    state: 'closed to this user',
    before: async () => void (await redis.client.call('ACL', 'SETUSER', 'default', '-evalsha', '-eval')),
    after: async () => void (await redis.client.call('ACL', 'SETUSER', 'default', '+@all')),
  },
])('tells whoever asks or acts that the server is $state', async ({ before, after }) => {
  const queue = await open();
  const { control } = queue;
  const target = { tenantId: lane('a').tenantId };
  await before();
  try {
    const calls = [
      () => queue.depth(),
      () => queue.stage([range(lane('a'), 1)]),
      () => queue.forget(target.tenantId),
      () => control.parkedLanes(),
      () => control.deadLetters(),
      () => control.inspect(lane('a')),
      () => control.retryLane(lane('a'), note),
      () => control.skipJob(lane('a'), note),
      () => control.discardJob(lane('a'), note),
      () => control.retryDeadLetter(1, note),
      () => control.discardDeadLetter(1, note),
      () => control.redrive({}, note),
      () => control.pause(target, note),
      () => control.resume(target, note),
      () => control.holds(),
      () => control.actions(),
      () => control.usageByTenant(),
      () => control.usageByComponent(),
    ];
    for (const call of calls) {
      await expect(call(), call.toString()).rejects.toBeInstanceOf(QueueUnavailableError);
    }
  } finally {
    await after();
  }
  await eventually(async () => expect(await queue.depth()).toMatchObject({ jobs: 0 }));
});

it('acts on a server that only reads as on one that is away, and still answers what it holds', async () => {
  const queue = await open();
  await redis.client.replicaof('127.0.0.1', 1);
  try {
    const target = { tenantId: lane('a').tenantId };
    const paused = queue.control.pause(target, note);
    await expect(paused).rejects.toBeInstanceOf(QueueUnavailableError);
    expect(await queue.control.holds()).toEqual([]);
    expect(await queue.depth()).toMatchObject({ jobs: 0 });
  } finally {
    await redis.client.replicaof('NO', 'ONE');
  }
});
