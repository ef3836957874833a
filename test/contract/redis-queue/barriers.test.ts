import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { SystemClock } from '../../../lib/clock/system-clock.js';
import type { GroupQueue } from '../../../lib/queue/group-queue.js';
import { laneKey } from '../../../lib/queue/lane.js';
import { shardPrefix } from '../../../lib/queue/redis/lane-keys.js';
import { redisQueue } from '../../../lib/queue/redis/redis-queue.adapter.js';
import type { RedisQueueOptions } from '../../../lib/queue/redis/redis-queue-options.js';
import { eventually } from '../../support/eventually.js';
import { gate } from '../../support/gate.js';
import { untruths } from '../../support/queue-truth.js';
import { startTestRedis, type TestRedis } from '../../support/redis-server.js';
import { silentLogger } from '../../support/silent-logger.js';
import {
  COMPONENTS,
  done,
  type Handle,
  lane,
  POLICY,
  range,
  settled,
} from '../../../lib/testing/contract/group-queue/group-queue-cases.js';
import { EngineUnderTest } from './engine-under-test.js';

Logger.overrideLogger(silentLogger);

/** Far longer than a test: whoever waits for its end fails. */
const LONG_MS = 60_000;
const SHORT_MS = 100;
const of = lane('a');

let redis: TestRedis;
let name: string;
let prefix: string;
const queues: GroupQueue[] = [];
beforeAll(async () => void (redis = await startTestRedis()));
beforeEach(() => {
  name = randomUUID();
  prefix = shardPrefix('es', name, 0);
});
afterEach(async () => {
  vi.useRealTimers();
  for (const queue of queues.splice(0)) await queue.drain();
});
afterAll(() => redis.stop());

/** A process that consumes nothing. */
async function web(options: Partial<RedisQueueOptions> = {}): Promise<GroupQueue> {
  const connection = { host: redis.host, port: redis.port, reconnectWaitMs: 100 };
  const queue = await redisQueue({ connection, name, drainTimeoutMs: 50, ...options }).open({
    clock: new SystemClock(),
  });
  queues.push(queue);
  return queue;
}

async function worker(handle: Handle = done): Promise<GroupQueue> {
  const queue = await web();
  queue.consume({ components: COMPONENTS, policy: () => POLICY, handle: async (batch) => handle(batch) });
  return queue;
}

/** Without it, who waits looks by himself only when told to, and after a reconnection. */
function noOwnLooks(): void {
  vi.useFakeTimers({ toFake: ['setInterval'] });
}

async function listeners(): Promise<number> {
  const clients = (await redis.client.client('LIST')) as string;
  return clients.split('\n').filter((client) => /\bsub=[1-9]/.test(client)).length;
}

/** Somebody waits for the lane in a process of his own, and is heard to. */
async function waitingFor(queue: GroupQueue): Promise<{ readonly passed: Promise<boolean> }> {
  const passed = queue.awaitLane(of, LONG_MS);
  await eventually(async () => {
    expect(await listeners()).toBe(1);
    expect(await redis.client.hexists(`${prefix}barriers`, laneKey(of))).toBe(1);
  });
  return { passed };
}

it('tells a process that only waits, by a message, on the connection on which it hears answers', async () => {
  noOwnLooks();
  const queue = await web();
  const answer = queue.awaitAnswer(of.tenantId, 'nobody', LONG_MS);
  await queue.stage([range(of, 1)]);
  const { passed } = await waitingFor(queue);
  await worker();
  expect(await passed).toBe(true);
  expect(await listeners()).toBe(1);
  await settled(queue);
  expect(await untruths(redis.client, prefix)).toEqual([]);
  expect(await redis.client.exists(`${prefix}barriers`)).toBe(0);
  await queue.drain();
  expect(await answer).toBeUndefined();
});

it('looks after its connection was broken, since a message may have been missed', async () => {
  noOwnLooks();
  const queue = await web();
  await queue.stage([range(of, 1)]);
  const { passed } = await waitingFor(queue);
  // In one step, so that nobody can hear of it.
  await redis.client.multi().call('CLIENT', 'KILL', 'TYPE', 'pubsub').hdel(`${prefix}barriers`, laneKey(of)).exec();
  expect(await passed).toBe(true);
});

it('looks by itself for what no message told, as when the server has lost everything', async () => {
  const queue = await web();
  await queue.stage([range(of, 1)]);
  const { passed } = await waitingFor(queue);
  await redis.client.flushall();
  expect(await passed).toBe(true);
});

it('waits on while the server is away, and begins to wait', async () => {
  const queue = await web();
  await queue.stage([range(of, 1)]);
  const before = await waitingFor(queue);
  await redis.kill();
  const meanwhile = queue.awaitLane(of, LONG_MS);
  try {
    expect(await queue.awaitLane(of, SHORT_MS)).toBe(false);
  } finally {
    await redis.start();
  }
  // It came back empty.
  expect(await Promise.all([before.passed, meanwhile])).toEqual([true, true]);
});

it('keeps a bounded number of barriers for a lane that stands still, and none of them for ever', async () => {
  const queue = await web();
  for (let sequence = 1; sequence <= 30; sequence += 1) {
    await queue.stage([range(of, sequence)]);
    expect(await queue.awaitLane(of, 5)).toBe(false);
    expect(await queue.awaitLane(of, 5)).toBe(false);
  }
  const waiting = queue.awaitLane(of, LONG_MS);
  await eventually(async () => {
    const text = (await redis.client.hget(`${prefix}barriers`, laneKey(of)))!;
    expect(text.split(' ').length).toBeLessThanOrEqual(8);
    expect(text).toMatch(/:30$/);
  });
  expect(await untruths(redis.client, prefix)).toEqual([]);
  await worker();
  expect(await waiting).toBe(true);
  expect(await redis.client.exists(`${prefix}barriers`)).toBe(0);
});

it('lets who comes while all barriers of a lane are taken wait for the last one', async () => {
  const begun = gate();
  const queue = await web();
  const waiting: Promise<boolean>[] = [];
  for (let sequence = 1; sequence <= 12; sequence += 1) {
    await queue.stage([range(of, sequence)]);
    waiting.push(queue.awaitLane(of, LONG_MS));
    await queue.awaitLane(lane('b'), SHORT_MS);
  }
  await worker(async () => {
    await begun.opened;
    return { completed: 1, followUps: [] };
  });
  begun.open();
  expect(await Promise.all(waiting)).toEqual(Array(12).fill(true));
});

it('costs lanes that nobody waits for one look a step', async () => {
  const engine = await EngineUnderTest.open(redis);
  const commands = async (): Promise<Record<string, number>> => {
    const stats = await redis.client.info('commandstats');
    return Object.fromEntries(
      [...stats.matchAll(/cmdstat_(\w+):calls=(\d+)/g)].map(([, cmd, calls]) => [cmd, Number(calls)]),
    );
  };
  const acknowledge = async (lanes: number): Promise<Record<string, number>> => {
    for (let n = 0; n < lanes; n += 1) await engine.stage(range(lane(`l${n}`), 1));
    const claims = await engine.claim();
    expect(claims).toHaveLength(lanes);
    const before = await commands();
    await engine.turn({ ends: claims.map((claim) => engine.end(claim)) });
    const after = await commands();
    return {
      exists: after.exists! - before.exists!,
      hget: (after.hget ?? 0) - (before.hget ?? 0),
      publish: (after.publish ?? 0) - (before.publish ?? 0),
    };
  };
  const one = await acknowledge(1);
  expect(await acknowledge(8)).toEqual(one);
  expect(one.publish).toBe(0);
  await engine.expectTruth();
});
