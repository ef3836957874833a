import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { SystemClock } from '../../../lib/clock/system-clock.js';
import type { GroupQueue } from '../../../lib/queue/group-queue.js';
import { shardPrefix } from '../../../lib/queue/redis/lane-keys.js';
import { QueueUnavailableError } from '../../../lib/queue/redis/queue-unavailable.error.js';
import { redisQueue } from '../../../lib/queue/redis/redis-queue.adapter.js';
import type { RedisQueueOptions } from '../../../lib/queue/redis/redis-queue-options.js';
import { RedisUnreachableError } from '../../../lib/redis/redis-unreachable.error.js';
import { eventually } from '../../support/eventually.js';
import { gate } from '../../support/gate.js';
import { untruths } from '../../support/queue-truth.js';
import { startTestRedis, type TestRedis } from '../../support/redis-server.js';
import { silentLogger } from '../../support/silent-logger.js';
import {
  COMPONENTS,
  type Handle,
  POLICY,
  done,
  lane,
  range,
  sequenceOf,
  settled,
} from '../../../lib/testing/contract/group-queue/group-queue-cases.js';

Logger.overrideLogger(silentLogger);

const SHORT_MS = 300;
const LONG_MS = 20_000;
/** Keys of others, so that loading takes a while. */
const FILLERS = 2_000;

let redis: TestRedis;
let name: string;
const queues: GroupQueue[] = [];

beforeAll(async () => void (redis = await startTestRedis()));
beforeEach(() => void (name = randomUUID()));
afterEach(async () => {
  for (const queue of queues.splice(0)) await queue.drain();
  expect(await untruths(redis.client, shardPrefix('es', name, 0))).toEqual([]);
});
afterAll(() => redis.stop());

async function open(options: Partial<RedisQueueOptions> = {}): Promise<GroupQueue> {
  const connection = { host: redis.host, port: redis.port, reconnectWaitMs: 100, ...options.connection };
  const adapter = redisQueue({ name, leaseMs: 1_000, stageTimeoutMs: LONG_MS, ...options, connection });
  const queue = await adapter.open({ clock: new SystemClock() });
  queues.push(queue);
  return queue;
}

function consume(queue: GroupQueue, handle: Handle): void {
  queue.consume({ components: COMPONENTS, policy: () => POLICY, handle: async (batch) => handle(batch) });
}

/** A worker in the middle of job 1 of lane `a`, which goes on when the gate opens. */
async function workerWithWork(): Promise<{ queue: GroupQueue; seen: number[]; goOn: () => void }> {
  const queue = await open();
  const seen: number[] = [];
  const begun = gate();
  const end = gate();
  consume(queue, async (batch) => {
    seen.push(...batch.jobs.map(sequenceOf));
    begun.open();
    await end.opened;
    return done(batch);
  });
  await queue.stage([range(lane('a'), 1)]);
  await begun.opened;
  return { queue, seen, goOn: end.open };
}

async function fill(): Promise<void> {
  const fillers = Array.from({ length: FILLERS }, (_, index) => [`filler ${index}`, 'x'.repeat(100)]);
  await redis.client.mset(...fillers.flat());
}

it('waits for a server that is loading, says so in time to those who cannot, and goes on by itself', async () => {
  const { queue, seen, goOn } = await workerWithWork();
  const impatient = await open({ stageTimeoutMs: SHORT_MS });
  await fill();
  await redis.client.save();
  await redis.kill();
  await redis.startLoading();
  goOn();
  const patient = queue.stage([range(lane('a'), 2)]);
  await expect(impatient.stage([range(lane('b'), 1)])).rejects.toBeInstanceOf(QueueUnavailableError);
  const booting = open({ connection: { connectTimeoutMs: SHORT_MS, commandTimeoutMs: SHORT_MS } });
  await expect(booting).rejects.toThrow(RedisUnreachableError);
  await patient;
  await eventually(async () => expect(await queue.depth()).toMatchObject({ jobs: 0, running: 0 }), LONG_MS);
  expect([...new Set(seen)]).toEqual([1, 2]);
});

it('keeps what a worker did while the server only reads, and tells it afterwards', async () => {
  const { queue, seen, goOn } = await workerWithWork();
  const impatient = await open({ stageTimeoutMs: SHORT_MS });
  await redis.client.replicaof('127.0.0.1', 1);
  goOn();
  const patient = queue.stage([range(lane('a'), 2)]);
  await expect(impatient.stage([range(lane('a'), 3)])).rejects.toThrow(/READONLY/);
  await redis.client.replicaof('NO', 'ONE');
  await patient;
  await eventually(async () => expect(await queue.depth()).toMatchObject({ jobs: 0, running: 0 }), LONG_MS);
  expect([...new Set(seen)]).toEqual([1, 2]);
});

it('keeps what waits while it may not log in, and goes on when it may', async () => {
  const { queue, seen, goOn } = await workerWithWork();
  const impatient = await open({ stageTimeoutMs: SHORT_MS });
  await redis.client.config('SET', 'requirepass', 'other');
  try {
    await redis.client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    goOn();
    const refused = impatient.stage([range(lane('a'), 2)]);
    await expect(refused).rejects.toBeInstanceOf(QueueUnavailableError);
  } finally {
    await redis.client.config('SET', 'requirepass', '');
  }
  await queue.stage([range(lane('a'), 2)]);
  await eventually(async () => expect(await queue.depth()).toMatchObject({ jobs: 0, running: 0 }), LONG_MS);
  expect([...new Set(seen)]).toEqual([1, 2]);
});

it('waits while its user may run no scripts, and goes on when it may', async () => {
  await redis.client.acl('SETUSER', 'limited', 'on', '>secret', '~*', '&*', '+@all');
  const connection = { username: 'limited', password: 'secret' };
  const queue = await open({ connection });
  const impatient = await open({ connection, stageTimeoutMs: SHORT_MS });
  const seen: number[] = [];
  consume(queue, (batch) => {
    seen.push(...batch.jobs.map(sequenceOf));
    return done(batch);
  });
  await queue.stage([range(lane('a'), 1)]);
  await settled(queue);
  await redis.client.acl('SETUSER', 'limited', '-evalsha', '-eval');
  await expect(impatient.stage([range(lane('a'), 2)])).rejects.toThrow(/NOPERM/);
  await redis.client.acl('SETUSER', 'limited', '+@all');
  await queue.stage([range(lane('a'), 3)]);
  await eventually(() => expect(seen.at(-1)).toBe(3));
  await settled(queue);
});
