import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { SystemClock } from '../../../lib/clock/system-clock.js';
import type { GroupQueue } from '../../../lib/queue/group-queue.js';
import { laneKey } from '../../../lib/queue/lane.js';
import { shardPrefix } from '../../../lib/queue/redis/lane-keys.js';
import { LeaseLostError } from '../../../lib/queue/redis/lease-lost.error.js';
import type { LaneJob, LaneWorker } from '../../../lib/queue/redis/hosts/bullmq/lane-job.js';
import { LanesFailedError } from '../../../lib/queue/redis/hosts/bullmq/lanes-failed.error.js';
import { UnsupportedByLanesError } from '../../../lib/queue/redis/hosts/bullmq/unsupported-by-lanes.error.js';
import { redisQueue } from '../../../lib/queue/redis/redis-queue.adapter.js';
import type { RedisQueueOptions } from '../../../lib/queue/redis/redis-queue-options.js';
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
  settled,
} from '../../../lib/testing/contract/group-queue/group-queue-cases.js';

Logger.overrideLogger(silentLogger);

const LEASE_MS = 300;

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

interface Opened {
  readonly queue: GroupQueue;
  /** Once the queue consumes. */
  worker(): LaneWorker;
}

async function open(options: RedisQueueOptions = {}): Promise<Opened> {
  let worker: LaneWorker | undefined;
  const onWorker = (opened: LaneWorker): void => {
    worker = opened;
    options.bullmq?.onWorker?.(opened);
  };
  const connection = { host: redis.host, port: redis.port };
  const bullmq = { ...options.bullmq, onWorker };
  const queue = await redisQueue({ connection, name, ...options, bullmq }).open({ clock: new SystemClock() });
  queues.push(queue);
  return { queue, worker: () => worker! };
}

function consume(queue: GroupQueue, handle: Handle): void {
  queue.consume({ components: COMPONENTS, policy: () => POLICY, handle: async (batch) => handle(batch) });
}

async function start(handle: Handle, options: RedisQueueOptions = {}): Promise<Opened> {
  const opened = await open(options);
  consume(opened.queue, handle);
  await eventually(() => expect(opened.worker()).toBeDefined());
  return opened;
}

/** A handler whose batches end when the gate opens. */
function held(): { handle: Handle; handled: string[]; end: ReturnType<typeof gate> } {
  const end = gate();
  const handled: string[] = [];
  const handle: Handle = async (batch) => {
    handled.push(batch.lane.id);
    await end.opened;
    return done(batch);
  };
  return { handle, handled, end };
}

const lanes = (count: number, from = 0): string[] => Array.from({ length: count }, (_, index) => `l${from + index}`);
const stage = (queue: GroupQueue, ids: readonly string[]): Promise<string> =>
  queue.stage(ids.map((id) => range(lane(id), 1)));

it('is loaded only by a process that consumes', async () => {
  const loaded = (): boolean =>
    Object.keys(createRequire(import.meta.url).cache).some((path) => path.includes('/node_modules/bullmq/dist/'));
  const { queue } = await open();
  await stage(queue, ['a']);
  await queue.depth();
  expect(loaded()).toBe(false);
  consume(queue, done);
  expect(loaded()).toBe(true);
  await settled(queue);
});

it('tells listeners of the lanes that a job has, and of its end', async () => {
  const jobs: LaneJob[] = [];
  const ends: unknown[] = [];
  const { queue } = await open({
    bullmq: {
      onWorker: (worker) => {
        worker.on('active', (job) => void jobs.push(job));
        worker.on('completed', (job, result) => void ends.push([job.id, result]));
      },
    },
  });
  await queue.stage([range(lane('a'), 1), range(lane('a'), 2), range(lane('b b'), 1)]);
  consume(queue, done);
  await settled(queue);
  await eventually(() => expect(ends).toEqual([[jobs[0]!.id, { completed: 3 }]]));
  expect(jobs).toHaveLength(1);
  expect(jobs[0]!.data.jobs).toBe(3);
  expect(jobs[0]!.data.lanes.toSorted()).toEqual([laneKey(lane('a')), laneKey(lane('b b'))].toSorted());
});

it('tells listeners which lanes of a job failed and why, and keeps what the others did', async () => {
  const errors: unknown[] = [];
  const { queue } = await open({
    bullmq: { onWorker: (worker) => void worker.on('failed', (_job, error) => void errors.push(error)) },
  });
  await stage(queue, ['a', 'b', 'c']);
  const failed = new Error('no');
  const tries: Record<string, number> = {};
  consume(queue, (batch) => {
    const { id } = batch.lane;
    tries[id] = (tries[id] ?? 0) + 1;
    if (id === 'b' && tries[id] === 1) throw failed;
    return done(batch);
  });
  await settled(queue);
  expect(tries).toEqual({ a: 1, b: 2, c: 1 });
  expect(errors).toEqual([expect.any(LanesFailedError)]);
  expect((errors[0] as LanesFailedError).failures).toEqual([{ lane: lane('b'), error: failed }]);
});

it.each([
  ['DelayedError', 'later'],
  ['WaitingError', 'later'],
  ['WaitingChildrenError', 'later'],
  ['UnrecoverableError', 'never'],
  ['Error', 'bullmq:rateLimitExceeded'],
])('gives %s of a handler no other meaning than that of a failure', async (errorName, message) => {
  let tries = 0;
  const { queue, worker } = await start((batch) => {
    tries += 1;
    if (tries === 1) throw Object.assign(new Error(message), { name: errorName });
    return done(batch);
  });
  const failures: unknown[] = [];
  worker().on('failed', (_job, error) => void failures.push(error));
  await stage(queue, ['a']);
  await settled(queue);
  expect(tries).toBe(2);
  expect(failures).toEqual([expect.any(LanesFailedError)]);
});

it('runs further lanes in the slots of those that have ended, while another lane of their job goes on', async () => {
  const end = gate();
  const handled: string[] = [];
  const { queue } = await open({ concurrency: 8, tenantSharePercent: 100 });
  await stage(queue, lanes(30));
  consume(queue, async (batch) => {
    if (batch.lane.id === 'l3') await end.opened;
    handled.push(batch.lane.id);
    return done(batch);
  });
  await eventually(() => expect(handled).toHaveLength(29));
  await eventually(async () => expect(await queue.depth()).toMatchObject({ jobs: 1, running: 1 }));
  end.open();
  await settled(queue);
});

it('fills all its slots', async () => {
  const { handle, handled, end } = held();
  const { queue } = await start(handle, { concurrency: 20, tenantSharePercent: 100 });
  await stage(queue, lanes(40));
  await eventually(() => expect(handled).toHaveLength(20));
  end.open();
  await settled(queue);
});

it('leaves no key of BullMQ in Redis, and opens no connection beside the two of the queue', async () => {
  const { queue } = await start(done);
  await stage(queue, lanes(100));
  await settled(queue);
  const keys = await redis.client.keys('*');
  expect(keys.filter((key) => !key.startsWith('{es:'))).toEqual([]);
  const clients = ((await redis.client.client('LIST')) as string).trim().split('\n');
  // The third is that of the test.
  expect(clients).toHaveLength(3);
  expect(clients.filter((client) => client.includes('cmd=bzpopmin'))).toHaveLength(1);
});

it('aborts a handler whose lease is lost, and tells listeners', async () => {
  const told: string[][] = [];
  const failures: unknown[] = [];
  const active: (string | undefined)[] = [];
  let runs = 0;
  const handle: Handle = async (batch) => {
    runs += 1;
    if (runs > 1) return done(batch);
    await new Promise<void>((resolve) => batch.abort.signal.addEventListener('abort', () => resolve()));
    return done(batch);
  };
  const { queue } = await start(handle, {
    leaseMs: LEASE_MS,
    bullmq: {
      onWorker: (worker) => {
        worker.on('active', (job) => void active.push(job.id));
        worker.on('lockRenewalFailed', (ids) => void told.push(ids));
        worker.on('failed', (_job, error) => void failures.push((error as LanesFailedError).failures));
      },
    },
  });
  await stage(queue, ['a']);
  await eventually(() => expect(runs).toBe(1));
  await redis.client.zadd(`${shardPrefix('es', name, 0)}lease`, 1, laneKey(lane('a')));
  await start(handle, { leaseMs: LEASE_MS });
  await settled(queue);
  await eventually(() => expect(failures).toEqual([[{ lane: lane('a'), error: expect.any(LeaseLostError) }]]));
  expect(told).toEqual([[active[0]]]);
  expect(runs).toBe(2);
});

it('drains when its Worker is closed: what runs is acknowledged, the rest is for others', async () => {
  const { handle, handled, end } = held();
  const { queue, worker } = await start(handle, { concurrency: 2, tenantSharePercent: 100 });
  await stage(queue, lanes(10));
  await eventually(() => expect(handled).toHaveLength(2));
  const closed = worker().close();
  end.open();
  await closed;
  expect(handled).toHaveLength(2);
  expect(await queue.depth()).toMatchObject({ jobs: 8, running: 0 });
  consume((await open()).queue, done);
  await settled(queue);
});

it('leaves work to others while its Worker is paused, and goes on when it is resumed', async () => {
  const { queue, worker } = await start(done);
  await worker().pause();
  await stage(queue, ['a']);
  await delay(100);
  expect(await queue.depth()).toMatchObject({ jobs: 1, running: 0 });
  await worker().resume();
  await settled(queue);
  await worker().pause();
  await stage(queue, ['b']);
  consume((await open()).queue, done);
  await settled(queue);
});

it('gives back what it had at hand when its Worker was paused, although what it runs goes on', async () => {
  const { handle, handled, end } = held();
  const { queue, worker } = await start(handle, { leaseMs: LEASE_MS, concurrency: 64, tenantSharePercent: 100 });
  await stage(queue, ['slow']);
  await eventually(() => expect(handled).toEqual(['slow']));
  await worker().pause(true);
  // Its wait for lanes was under way: it takes one job more, of eight lanes.
  await stage(queue, lanes(20));
  const others: string[] = [];
  consume((await open({ leaseMs: LEASE_MS })).queue, (batch) => {
    others.push(batch.lane.id);
    return done(batch);
  });
  await eventually(async () => expect(await queue.depth()).toMatchObject({ jobs: handled.length }));
  expect(handled.length).toBeLessThanOrEqual(9);
  expect(new Set([...handled, ...others])).toEqual(new Set(['slow', ...lanes(20)]));
  await worker().resume();
  await stage(queue, ['after']);
  end.open();
  await settled(queue);
});

it('runs jobs within the spans of a telemetry', async () => {
  const spans: string[] = [];
  const context = Symbol('context');
  let handlersIn = 0;
  const active: unknown[] = [];
  const span = (of: string) => ({
    setSpanOnContext: () => context,
    setAttribute: () => undefined,
    setAttributes: () => undefined,
    addEvent: () => undefined,
    recordException: () => undefined,
    end: () => void spans.push(of),
  });
  const telemetry = {
    tracer: { startSpan: (of: string) => span(of) },
    contextManager: {
      with: <A extends (...args: unknown[]) => unknown>(within: unknown, run: A): ReturnType<A> => {
        active.push(within);
        return run() as ReturnType<A>;
      },
      active: () => undefined,
      getMetadata: () => '',
      fromMetadata: () => undefined,
    },
  };
  const { queue } = await start(
    (batch) => {
      handlersIn = active.length;
      return done(batch);
    },
    { bullmq: { telemetry } },
  );
  await stage(queue, ['a']);
  await settled(queue);
  await eventually(() => expect(spans).toEqual(expect.arrayContaining([`process ${name}`, `complete ${name}`])));
  expect(handlersIn).toBeGreaterThan(0);
  expect(active).toContain(context);
});

it('goes on when a listener throws, or the one who is given the Worker', async () => {
  const logged = vi.spyOn(silentLogger, 'error');
  const { queue } = await start(done, {
    bullmq: {
      onWorker: (worker) => {
        worker.on('active', () => {
          throw new Error('in a listener');
        });
        throw new Error('in onWorker');
      },
    },
  });
  await stage(queue, ['a', 'b']);
  await settled(queue);
  const errors = logged.mock.calls.map(([line]) => line);
  for (const error of ['Error: in onWorker', 'Error: in a listener']) {
    expect(errors).toContainEqual({ message: 'The BullMQ worker of the queue reported an error', error });
  }
});

it('says so when it is asked for what needs job records', async () => {
  const refused: unknown[] = [];
  const { queue } = await open({
    bullmq: {
      onWorker: (worker) =>
        void worker.on('active', (job) => void job.updateProgress(50).catch((error) => refused.push(error))),
    },
  });
  await stage(queue, ['a']);
  consume(queue, done);
  await settled(queue);
  await eventually(() => expect(refused).toEqual([expect.any(UnsupportedByLanesError)]));
  expect(refused[0]).toMatchObject({ operation: 'updateProgress' });
});
