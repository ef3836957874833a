import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SystemClock } from '../../../lib/clock/system-clock.js';
import { ClosedError } from '../../../lib/errors/closed.error.js';
import { InvalidArgumentError } from '../../../lib/errors/invalid-argument.error.js';
import type { GroupQueue } from '../../../lib/queue/group-queue.js';
import type { EventRangeJob } from '../../../lib/queue/job.js';
import { laneKey } from '../../../lib/queue/lane.js';
import { shardPrefix } from '../../../lib/queue/redis/lane-keys.js';
import { LeaseLostError } from '../../../lib/queue/redis/lease-lost.error.js';
import { RedisQueue } from '../../../lib/queue/redis/redis-queue.js';
import { type RedisQueueOptions, resolveRedisQueueOptions } from '../../../lib/queue/redis/redis-queue-options.js';
import { eventually } from '../../support/eventually.js';
import { gate } from '../../support/gate.js';
import { untruths } from '../../support/queue-truth.js';
import { startTestRedis, type TestRedis } from '../../support/redis-server.js';
import { silentLogger } from '../../support/silent-logger.js';
import {
  COMPONENTS,
  type Handle,
  POLICY,
  command,
  done,
  lane,
  range,
  settled,
} from '../../../lib/testing/contract/group-queue/group-queue-cases.js';

Logger.overrideLogger(silentLogger);

const LEASE_MS = 200;
/** Long enough that a busy machine prolongs it in time. */
const KEPT_LEASE_MS = 1_000;
/** Longer than any test waits: whoever is not woken does not look. */
const NEVER_MS = 600_000;
const note = { by: 'ann', reason: 'test' };

describe.each(['bullmq', 'native'] as const)('the host %s', (host) => {
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

  interface OpenOptions extends RedisQueueOptions {
    readonly maxMarkWaitMs?: number;
  }

  /** One process that stages, and works off lanes when it is given a handler. */
  async function open(handle?: Handle, { maxMarkWaitMs, ...options }: OpenOptions = {}): Promise<GroupQueue> {
    const connection = { host: redis.host, port: redis.port };
    const resolved = resolveRedisQueueOptions({ connection, name, host, ...options });
    const patient = maxMarkWaitMs === undefined ? {} : { maxMarkWaitMs, leaseMs: maxMarkWaitMs };
    const queue = await RedisQueue.open({ ...resolved, ...patient }, new SystemClock());
    queues.push(queue);
    if (!handle) return queue;
    queue.consume({
      components: COMPONENTS,
      policy: () => POLICY,
      handle: async (batch) => handle(batch),
    });
    return queue;
  }

  it('keeps a lane whose handler takes longer than a lease', async () => {
    let runs = 0;
    const handle: Handle = async (batch) => {
      runs += 1;
      await delay(KEPT_LEASE_MS * 2);
      expect(batch.abort.signal.aborted).toBe(false);
      return done(batch);
    };
    const queue = await open(handle, { leaseMs: KEPT_LEASE_MS });
    await open(handle, { leaseMs: KEPT_LEASE_MS });
    await queue.stage([range(lane('a'), 1)]);
    await settled(queue);
    expect(runs).toBe(1);
  });

  it('aborts a handler whose lane another worker has got, and does not count what it did', async () => {
    const reasons: unknown[] = [];
    let runs = 0;
    const handle: Handle = async (batch) => {
      runs += 1;
      if (runs > 1) return done(batch);
      await new Promise<void>((resolve) => batch.abort.signal.addEventListener('abort', () => resolve()));
      reasons.push(batch.abort.signal.reason);
      return { ...(await done(batch)), followUps: [range(lane('b'), 1)] };
    };
    const queue = await open(handle, { leaseMs: LEASE_MS });
    await queue.stage([range(lane('a'), 1)]);
    await eventually(() => expect(runs).toBe(1));
    await redis.client.zadd(`${shardPrefix('es', name, 0)}lease`, 1, laneKey(lane('a')));
    await open(handle, { leaseMs: LEASE_MS });
    await settled(queue);
    await eventually(() => expect(reasons).toEqual([expect.any(LeaseLostError)]));
    await delay(50);
    expect(runs).toBe(2);
    expect(await queue.depth()).toMatchObject({ jobs: 0 });
  });

  it('says nothing of what is staged when the lease was lost unseen', async () => {
    const prefix = shardPrefix('es', name, 0);
    const key = laneKey(lane('a'));
    const told: number[] = [];
    let runs = 0;
    const queue = await open(async (batch) => {
      runs += 1;
      const run = runs;
      if (run === 1) {
        // Another worker gets the lane, and dies.
        const [token, ...rest] = (await redis.client.hget(`${prefix}state`, key))!.slice(1).split(' ');
        await redis.client.hset(`${prefix}state`, key, [`l${BigInt(token!) + 1n}`, ...rest].join(' '));
        await redis.client.zadd(`${prefix}lease`, 1, key);
      }
      return { ...(await done(batch)), staged: () => void told.push(run) };
    });
    await queue.stage([range(lane('a'), 1)]);
    await settled(queue);
    await eventually(() => expect(told).toEqual([2]));
  });

  it('aborts its handlers when the server is away for longer than a lease, and goes on when it is back', async () => {
    const reasons: unknown[] = [];
    let runs = 0;
    const queue = await open(
      async (batch) => {
        runs += 1;
        if (runs > 1) return done(batch);
        await new Promise<void>((resolve) => batch.abort.signal.addEventListener('abort', () => resolve()));
        reasons.push(batch.abort.signal.reason);
        return done(batch);
      },
      { leaseMs: LEASE_MS },
    );
    await queue.stage([range(lane('a'), 1)]);
    await eventually(() => expect(runs).toBe(1));
    await redis.client.save();
    await redis.kill();
    try {
      await eventually(() => expect(reasons).toEqual([expect.any(LeaseLostError)]));
    } finally {
      await redis.start();
    }
    await eventually(async () => expect(await queue.depth()).toMatchObject({ jobs: 0, running: 0 }), 10_000);
    expect(runs).toBe(2);
  });

  it('begins at once what another process stages, now or for later', async () => {
    const started: string[] = [];
    await open(
      (batch) => {
        started.push(batch.lane.id);
        return done(batch);
      },
      { maxMarkWaitMs: NEVER_MS },
    );
    const web = await open();
    await delay(100);
    await web.stage([range(lane('a'), 1)]);
    await eventually(() => expect(started).toEqual(['a']));
    const debounce = { delayMs: 100, maxWaitMs: 100, source: 'x', rank: 1 };
    await web.stage([{ ...range(lane('b'), 1), debounce }]);
    await eventually(() => expect(started).toEqual(['a', 'b']));
    await settled(web);
  });

  it('leaves what it has no room for to a worker that has', async () => {
    const end = gate();
    const handled: string[] = [];
    const handle: Handle = async (batch) => {
      handled.push(batch.lane.id);
      await end.opened;
      return done(batch);
    };
    const small = { concurrency: 1, maxMarkWaitMs: NEVER_MS };
    const web = await open();
    await open(handle, small);
    await open(handle, small);
    await open(handle, small);
    await delay(100);
    for (const id of ['a', 'b', 'c']) {
      await web.stage([range(lane(id), 1)]);
      await eventually(() => expect(handled).toContain(id));
    }
    end.open();
    await settled(web);
  });

  it('gives a mark back that it took while it was full', async () => {
    const end = gate();
    const handled: string[] = [];
    const handle: Handle = async (batch) => {
      handled.push(batch.lane.id);
      await end.opened;
      return done(batch);
    };
    const web = await open();
    await open(handle, { concurrency: 1, maxMarkWaitMs: NEVER_MS });
    await web.stage([{ ...range(lane('a'), 1), debounce: { delayMs: 100, maxWaitMs: 100, source: 'x', rank: 1 } }]);
    await eventually(() => expect(handled).toEqual(['a']));
    // It still waits for a mark, and before the second one.
    await open(handle, { concurrency: 1, maxMarkWaitMs: NEVER_MS });
    await delay(100);
    await web.stage([range(lane('b'), 1)]);
    await eventually(() => expect(handled).toEqual(['a', 'b']));
    end.open();
    await settled(web);
  });

  it('gives a mark back also when it has no room for anything', async () => {
    const end = gate();
    let handled = 0;
    const later = { delayMs: 100, maxWaitMs: 100, source: 'x', rank: 1 };
    const web = await open();
    await open(
      async (batch) => {
        handled += 1;
        await end.opened;
        return done(batch);
      },
      { concurrency: 1, commandConcurrency: 1 },
    );
    // It waits for a mark from before they are due.
    await web.stage([
      { ...range(lane('a'), 1), debounce: later },
      { ...range(lane('a', 'command'), 1), debounce: later },
    ]);
    await eventually(() => expect(handled).toBe(2));
    await web.stage([range(lane('b'), 1)]);
    const mark = `${shardPrefix('es', name, 0)}wake:fold:c@1`;
    await eventually(async () => expect(await redis.client.exists(mark)).toBe(1));
    end.open();
    await settled(web);
    expect(handled).toBe(3);
  });

  it('begins at once with what is resumed', async () => {
    let handled = 0;
    const queue = await open(
      (batch) => {
        handled += 1;
        return done(batch);
      },
      { maxMarkWaitMs: NEVER_MS },
    );
    const target = { component: { kind: 'fold', component: 'c@1' } } as const;
    await queue.control.pause(target, note);
    await queue.stage([range(lane('a'), 1)]);
    await delay(100);
    expect(handled).toBe(0);
    await queue.control.resume(target, note);
    await eventually(() => expect(handled).toBe(1));
    await settled(queue);
  });

  it('stages more follow-ups than one step takes, and more events than one call takes', async () => {
    const queue = await open();
    const seen = new Map<string, number>();
    await queue.stage(Array.from({ length: 2_500 }, (_, index) => range(lane('many', 'map'), index + 1)));
    await queue.stage([range(lane('a'), 1)]);
    await expect(
      queue.stage(Array.from({ length: 1_001 }, (_, index) => command(lane('a', 'command'), `${index}`))),
    ).rejects.toBeInstanceOf(InvalidArgumentError);
    queue.consume({
      components: COMPONENTS,
      policy: () => ({ ...POLICY, maxBatchJobs: 500 }),
      handle: async (batch) => {
        const { kind } = batch.lane;
        const covered = (batch.jobs as EventRangeJob[]).reduce((sum, { from, to }) => sum + to - from + 1, 0);
        seen.set(kind, (seen.get(kind) ?? 0) + covered);
        if (kind !== 'fold') return done(batch);
        const followUps = Array.from({ length: 2_500 }, (_, index) => range(lane(`r${index}`, 'reactor'), 1));
        return { completed: 1, followUps };
      },
    });
    await settled(queue);
    expect(Object.fromEntries(seen)).toEqual({ map: 2_500, fold: 1, reactor: 2_500 });
  });

  it('does not ask again and again for what is paused, unknown or over a share', async () => {
    const end = gate();
    const queue = await open(
      async (batch) => {
        await end.opened;
        return done(batch);
      },
      { concurrency: 4, tenantSharePercent: 25 },
    );
    await queue.control.pause({ component: { kind: 'map', component: 'c@1' } }, note);
    await queue.control.pause({ tenantId: lane('a', 'fold', 'held').tenantId }, note);
    await queue.stage([
      range(lane('a', 'map'), 1),
      range({ ...lane('a'), component: 'unknown@1' }, 1),
      range(lane('a', 'fold', 'held'), 1),
      range(lane('a'), 1),
      range(lane('b'), 1),
    ]);
    await delay(200);
    const before = await scriptsRun();
    await delay(1_000);
    // A lane over its share is asked for every 20 ms, since any worker may give a slot back.
    expect((await scriptsRun()) - before).toBeLessThan(120);
    end.open();
    await eventually(async () => expect(await queue.depth()).toMatchObject({ jobs: 3, running: 0 }));
    await delay(100);
    const quiet = await scriptsRun();
    await delay(1_000);
    expect((await scriptsRun()) - quiet).toBeLessThan(5);
  });

  it('takes over what a worker held that died, one lease later', async () => {
    const prefix = shardPrefix('es', name, 0);
    const web = await open();
    await web.stage([range(lane('a'), 1)]);
    // The worker died after its turn.
    await redis.client.lrem(`${prefix}ready:fold:c@1:acme`, 0, laneKey(lane('a')));
    await redis.client.del(`${prefix}ring:fold:c@1`);
    await redis.client.hset(`${prefix}state`, laneKey(lane('a')), 'l1 1 10');
    await redis.client.zadd(`${prefix}lease`, Date.now() + 1_000, laneKey(lane('a')));
    let redelivered = false;
    await open((batch) => {
      redelivered = batch.redelivered;
      return done(batch);
    });
    await settled(web);
    expect(redelivered).toBe(true);
  });

  it('hands back what it aborts at its end, as no failure', async () => {
    const attempts: number[] = [];
    let aborted: unknown;
    const queue = await open(
      async (batch) => {
        attempts.push(batch.attempt);
        await new Promise<void>((resolve) => batch.abort.signal.addEventListener('abort', () => resolve()));
        aborted = batch.abort.signal.reason;
        throw batch.abort.signal.reason;
      },
      { drainTimeoutMs: 20 },
    );
    await queue.stage([range(lane('a'), 1)]);
    await eventually(() => expect(attempts).toEqual([1]));
    await queue.drain();
    expect(aborted).toBeInstanceOf(ClosedError);
    const next = await open((batch) => {
      attempts.push(batch.attempt);
      return done(batch);
    });
    await settled(next);
    expect(attempts).toEqual([1, 1]);
  });

  async function scriptsRun(): Promise<number> {
    return Number(/cmdstat_evalsha:calls=(\d+)/.exec(await redis.client.info('commandstats'))![1]);
  }
});
