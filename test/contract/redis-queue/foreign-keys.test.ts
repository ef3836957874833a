import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { SystemClock } from '../../../lib/clock/system-clock.js';
import type { GroupQueue } from '../../../lib/queue/group-queue.js';
import { laneKey } from '../../../lib/queue/lane.js';
import { ForeignKeyError } from '../../../lib/queue/redis/foreign-key.error.js';
import { shardPrefix } from '../../../lib/queue/redis/lane-keys.js';
import { redisQueue } from '../../../lib/queue/redis/redis-queue.adapter.js';
import { untruths } from '../../support/queue-truth.js';
import { startTestRedis, type TestRedis } from '../../support/redis-server.js';
import { silentLogger } from '../../support/silent-logger.js';
import {
  COMPONENTS,
  POLICY,
  done,
  lane,
  range,
  sequenceOf,
  settled,
} from '../../../lib/testing/contract/group-queue/group-queue-cases.js';
import { EngineUnderTest } from './engine-under-test.js';

Logger.overrideLogger(silentLogger);

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
  for (const queue of queues.splice(0)) await queue.drain();
});
afterAll(() => redis.stop());

async function open(): Promise<GroupQueue> {
  const connection = { host: redis.host, port: redis.port };
  const queue = await redisQueue({ connection, name }).open({ clock: new SystemClock() });
  queues.push(queue);
  return queue;
}

it('names a key of a lane that holds something else, and takes the jobs of the other lanes', async () => {
  const queue = await open();
  await redis.client.set(`${prefix}lane:${laneKey(lane('bad'))}`, 'mine');
  const bad = queue.stage([range(lane('bad'), 1)]);
  const good = queue.stage([range(lane('good'), 1)]);
  await expect(bad).rejects.toBeInstanceOf(ForeignKeyError);
  await good;
  expect(await queue.depth()).toMatchObject({ jobs: 1 });
  await redis.client.del(`${prefix}lane:${laneKey(lane('bad'))}`);
  expect(await untruths(redis.client, prefix)).toEqual([]);
});

it('parks a lane whose key was overwritten, and goes on with the others', async () => {
  const worker = await EngineUnderTest.open(redis);
  await worker.stage(range(lane('bad'), 1), range(lane('good'), 1));
  await redis.client.set(`${worker.prefix}lane:${laneKey(lane('bad'))}`, 'mine');
  expect((await worker.claim()).map((claim) => claim.lane)).toEqual([laneKey(lane('good'))]);
  expect(await worker.engine.depth()).toMatchObject({ parkedLanes: 1 });
});

it('takes nothing of a flush when a key of the queue itself holds something else', async () => {
  const queue = await open();
  await redis.client.set(`${prefix}state`, 'mine');
  await expect(queue.stage([range(lane('a'), 1)])).rejects.toBeInstanceOf(ForeignKeyError);
  expect(await redis.client.exists(`${prefix}lane:${laneKey(lane('a'))}`)).toBe(0);
});

it.each(['state', 'tries', 'count', 'lease', 'parked', 'holds', 'active', 'actions'])(
  'does not open where the key `%s` is used by others, and leaves it as it is',
  async (key) => {
    await redis.client.set(prefix + key, 'mine');
    await expect(open()).rejects.toBeInstanceOf(ForeignKeyError);
    expect(await redis.client.get(prefix + key)).toBe('mine');
  },
);

it('does not open where a counter is used by others', async () => {
  await redis.client.rpush(`${prefix}token`, 'mine');
  await expect(open()).rejects.toThrow(`${prefix}token`);
});

it.each(['lease', 'due', 'holds', 'suspected'])(
  'waits while others use the key `%s`, and goes on with everything when they no longer do',
  async (key) => {
    const queue = await open();
    const seen: number[] = [];
    await redis.client.set(prefix + key, 'mine');
    queue.consume({
      components: COMPONENTS,
      policy: () => POLICY,
      handle: async (batch) => {
        seen.push(...batch.jobs.map(sequenceOf));
        return done(batch);
      },
    });
    await queue.stage([range(lane('a'), 1)]);
    await queue.stage([range(lane('a'), 2)]);
    expect(seen).toEqual([]);
    await redis.client.del(prefix + key);
    await settled(queue);
    expect(seen).toEqual([1, 2]);
    expect(await untruths(redis.client, prefix)).toEqual([]);
  },
);
