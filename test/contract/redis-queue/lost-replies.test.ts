import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { SystemClock } from '../../../lib/clock/system-clock.js';
import type { GroupQueue } from '../../../lib/queue/group-queue.js';
import { shardPrefix } from '../../../lib/queue/redis/lane-keys.js';
import { redisQueue } from '../../../lib/queue/redis/redis-queue.adapter.js';
import { EXCHANGE } from '../../../lib/queue/redis/scripts/exchange.script.js';
import { STAGE } from '../../../lib/queue/redis/scripts/stage.script.js';
import { eventually } from '../../support/eventually.js';
import { gate } from '../../support/gate.js';
import { untruths } from '../../support/queue-truth.js';
import { startTestRedis, type TestRedis } from '../../support/redis-server.js';
import { silentLogger } from '../../support/silent-logger.js';
import { type Fate, TcpProxy } from '../../support/tcp-proxy.js';
import {
  COMPONENTS,
  type Handle,
  POLICY,
  done,
  lane,
  range,
  sequenceOf,
} from '../../../lib/testing/contract/group-queue/group-queue-cases.js';

Logger.overrideLogger(silentLogger);

const LEASE_MS = 300;
/** More than a lane may lose workers. */
const LEASES_LOST = 5;
const LOST_WORKERS_TO_PARK = 3;
const SETTLE_MS = 30_000;
const ALL_DONE = { jobs: 0, parkedJobs: 0, delayedJobs: 0, running: 0, parkedLanes: 0, deadLetters: 0 };

let redis: TestRedis;
let proxy: TcpProxy;
let name: string;
const queues: GroupQueue[] = [];

beforeAll(async () => void (redis = await startTestRedis()));
beforeEach(async () => {
  name = randomUUID();
  proxy = await TcpProxy.start(redis.port);
});
afterEach(async () => {
  proxy.fate = 'pass';
  for (const queue of queues.splice(0)) await queue.drain();
  await proxy.stop();
  expect(await untruths(redis.client, shardPrefix('es', name, 0))).toEqual([]);
});
afterAll(() => redis.stop());

/** @param port of the proxy, or of the server itself */
async function open(port: number, handle?: Handle, host: 'bullmq' | 'native' = 'bullmq'): Promise<GroupQueue> {
  const connection = { host: redis.host, port, reconnectWaitMs: 500 };
  const adapter = redisQueue({
    connection,
    name,
    host,
    leaseMs: LEASE_MS,
    stageTimeoutMs: SETTLE_MS,
    drainTimeoutMs: 200,
  });
  const queue = await adapter.open({ clock: new SystemClock() });
  queues.push(queue);
  if (handle) queue.consume({ components: COMPONENTS, policy: () => POLICY, handle: async (batch) => handle(batch) });
  return queue;
}

function untilDone(queue: GroupQueue): Promise<void> {
  return eventually(async () => expect(await queue.depth()).toEqual(ALL_DONE), SETTLE_MS);
}

/** Breaks connections after every so many calls of a script, in turn before the server sees one and when it answers. */
function breakEvery(calls: number, sha1: string): (sent: string) => Fate {
  let seen = 0;
  return (sent) => {
    if (!sent.includes(sha1)) return 'pass';
    seen += 1;
    if (seen % calls !== 0) return 'pass';
    return (seen / calls) % 2 === 0 ? 'lose' : 'cut';
  };
}

it('takes each job once, in order, however often the answer to staging is lost', async () => {
  const seen: number[] = [];
  const worker = await open(redis.port, (batch) => {
    seen.push(...batch.jobs.map(sequenceOf));
    return done(batch);
  });
  const producer = await open(proxy.port);
  proxy.fate = breakEvery(3, STAGE.sha1);
  const sequences = Array.from({ length: 60 }, (_, index) => index + 1);
  for (const sequence of sequences) await producer.stage([range(lane('a'), sequence)]);
  await untilDone(worker);
  expect(proxy.broken).toBeGreaterThan(10);
  expect(seen).toEqual(sequences);
});

it('loses and reorders nothing when answers to turns are lost, and stages what follows once', async () => {
  const folds = new Map<string, number[]>();
  const reactions: string[] = [];
  const worker = await open(proxy.port, async (batch) => {
    const { kind, id } = batch.lane;
    if (kind === 'reactor') {
      if (!batch.redelivered) reactions.push(...batch.jobs.map((job) => `${id} ${sequenceOf(job)}`));
      return done(batch);
    }
    folds.set(id, [...(folds.get(id) ?? []), ...batch.jobs.map(sequenceOf)]);
    const followUps = batch.jobs.map((job) => range(lane(`${id} ${sequenceOf(job)}`, 'reactor'), sequenceOf(job)));
    return { completed: batch.jobs.length, followUps };
  });
  proxy.fate = breakEvery(3, EXCHANGE.sha1);
  const producer = await open(redis.port);
  const ids = ['a', 'b', 'c', 'd'];
  const sequences = Array.from({ length: 25 }, (_, index) => index + 1);
  for (const sequence of sequences) {
    await producer.stage(ids.map((id) => range(lane(id), sequence)));
    // Each in turns of its own, so that there are enough of them.
    await eventually(async () => expect(ids.every((id) => folds.get(id)?.includes(sequence))).toBe(true), SETTLE_MS);
  }
  await untilDone(producer);
  expect(proxy.broken).toBeGreaterThan(2);
  for (const id of ids) expect([...new Set(folds.get(id))]).toEqual(sequences);
  // What was acknowledged, follow-ups and all, is not done again under a later lease.
  expect(new Set(reactions).size).toBe(reactions.length);
  await worker.drain();
});

it.each(['bullmq', 'native'] as const)('blames no lane for answers that its workers did not get (%s)', async (host) => {
  const handled: string[] = [];
  const producer = await open(redis.port);
  await open(
    proxy.port,
    (batch) => {
      handled.push(batch.lane.id);
      return done(batch);
    },
    host,
  );
  await producer.stage([range(lane('before'), 1)]);
  await untilDone(producer);
  // The server leases the lane again and again, and nobody hears of it.
  proxy.fate = (sent) => (sent.includes(EXCHANGE.sha1) ? 'cut' : 'pass');
  await producer.stage([range(lane('a'), 1)]);
  await delay(LEASES_LOST * 2 * LEASE_MS);
  expect(await producer.depth()).toMatchObject({ jobs: 1, parkedLanes: 0 });
  // It asks again less and less often.
  expect(proxy.broken).toBeGreaterThan(3);
  expect(proxy.broken).toBeLessThan(15);
  proxy.fate = 'pass';
  await untilDone(producer);
  expect(handled).toEqual(['before', 'a']);
});

it.each(['bullmq', 'native'] as const)('parks a lane that none of its workers outlived (%s)', async (host) => {
  const producer = await open(redis.port);
  await producer.stage([range(lane('a'), 1)]);
  // The first death makes the lane a suspect.
  for (let deaths = 0; deaths < LOST_WORKERS_TO_PARK + 1; deaths += 1) {
    const line = await TcpProxy.start(redis.port);
    const begun = gate();
    const end = gate();
    const victim = await open(
      line.port,
      async (batch) => {
        begun.open();
        await end.opened;
        return done(batch);
      },
      host,
    );
    await begun.opened;
    // To the server the process is dead from here on.
    await line.stop();
    end.open();
    await victim.drain();
  }
  const last = await open(redis.port, done, host);
  await eventually(async () => expect(await last.depth()).toMatchObject({ jobs: 1, parkedLanes: 1 }), SETTLE_MS);
});
