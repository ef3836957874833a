import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { SystemClock } from '../../../lib/clock/system-clock.js';
import type { GroupQueue } from '../../../lib/queue/group-queue.js';
import { QueueUnavailableError } from '../../../lib/queue/redis/queue-unavailable.error.js';
import { redisQueue } from '../../../lib/queue/redis/redis-queue.adapter.js';
import { eventually } from '../../support/eventually.js';
import { startTestRedis, type TestRedis } from '../../support/redis-server.js';
import { silentLogger } from '../../support/silent-logger.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { lane, range } from '../../../lib/testing/contract/group-queue/group-queue-cases.js';

Logger.overrideLogger(silentLogger);

let redis: TestRedis;
let name: string;
let queues: GroupQueue[];
beforeAll(async () => void (redis = await startTestRedis({ appendonly: 'yes' })));
afterAll(() => redis.stop());
beforeEach(() => {
  name = randomUUID();
  queues = [];
});
afterEach(async () => {
  for (const queue of queues) await queue.drain();
});

async function open(port = redis.port): Promise<GroupQueue> {
  const connection = { host: redis.host, port, reconnectWaitMs: 100 };
  const queue = await redisQueue({ connection, name }).open({ clock: new SystemClock() });
  queues.push(queue);
  return queue;
}

it('is the same in all processes', async () => {
  const lives = await Promise.all([open(), open(), open()].map(async (queue) => (await queue).life()));
  expect(new Set(lives).size).toBe(1);
});

it('is another one on a server that was emptied, whether or not anything was staged since', async () => {
  const queue = await open();
  const lives = [await queue.life()];
  await redis.flush();
  lives.push(await queue.life());
  await redis.flush();
  await queue.stage([range(lane('a'), 1)]);
  lives.push(await queue.life());
  expect(new Set(lives).size).toBe(3);
  expect(await (await open()).life()).toBe(lives[2]);
});

it.each(['kept', 'lost'] as const)('is another one on a server that was restarted (memory %s)', async (memory) => {
  const queue = await open();
  const before = await queue.life();
  await redis.restart(memory);
  expect(await eventually(() => queue.life())).not.toBe(before);
});

it('is another one on a server in the place of the first, and the first one again where that comes back', async () => {
  const other = await startTestRedis();
  const proxy = await TcpProxy.start(redis.port);
  try {
    const queue = await open(proxy.port);
    const before = await queue.life();
    proxy.retarget(other.port);
    expect(await eventually(() => queue.life())).not.toBe(before);
    proxy.retarget(redis.port);
    expect(await eventually(() => queue.life())).toBe(before);
  } finally {
    await proxy.stop();
    await other.stop();
  }
});

it('cannot be asked for while the server is away', async () => {
  const queue = await open();
  await redis.kill();
  try {
    await expect(queue.life()).rejects.toThrow(QueueUnavailableError);
  } finally {
    await redis.start();
  }
});

it('can be asked for when the server is short of memory', async () => {
  const queue = await open();
  await redis.client.config('SET', 'maxmemory', '1');
  try {
    expect(await queue.life()).toBe(await queue.life());
  } finally {
    await redis.client.config('SET', 'maxmemory', '0');
  }
});
