import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { SystemClock } from '../../../lib/clock/system-clock.js';
import type { EventRoute } from '../../../lib/queue/event-route.js';
import { shardPrefix } from '../../../lib/queue/redis/lane-keys.js';
import { RedisQueue } from '../../../lib/queue/redis/redis-queue.js';
import { resolveRedisQueueOptions } from '../../../lib/queue/redis/redis-queue-options.js';
import { eventually } from '../../support/eventually.js';
import { gate } from '../../support/gate.js';
import { startTestRedis, type TestRedis } from '../../support/redis-server.js';
import { silentLogger } from '../../support/silent-logger.js';
import { lane, range } from '../../../lib/testing/contract/group-queue/group-queue-cases.js';

Logger.overrideLogger(silentLogger);

/** Of processes that never keep their routes a second time within a test. */
const LONG_MS = 600_000;
/** Of processes that keep theirs every 50 ms. */
const SHORT_MS = 500;

const OLD: EventRoute = { kind: 'fold', component: 'c@1', aggregateTypes: ['t'], types: ['x'] };
const NEXT: EventRoute = { ...OLD, component: 'c@2' };

let redis: TestRedis;
let name: string;
let prefix: string;
const queues: RedisQueue[] = [];
beforeAll(async () => void (redis = await startTestRedis()));
afterAll(() => redis.stop());
beforeEach(() => {
  name = randomUUID();
  prefix = shardPrefix('es', name, 0);
});
afterEach(async () => {
  for (const queue of queues.splice(0)) await queue.drain();
});

/** One process, and how often it compared. */
async function process(
  routesKeptMs = LONG_MS,
): Promise<{ queue: RedisQueue; compared: number[]; compare: () => Promise<void> }> {
  const connection = { host: redis.host, port: redis.port };
  const options = { ...resolveRedisQueueOptions({ connection, name, stageTimeoutMs: 500 }), routesKeptMs };
  const queue = await RedisQueue.open(options, new SystemClock());
  queues.push(queue);
  const compared: number[] = [];
  return { queue, compared, compare: async () => void compared.push(compared.length + 1) };
}

const liveOf = async (queue: RedisQueue): Promise<readonly string[]> =>
  (await queue.routes.live()).routes.map(({ component }) => component).toSorted();

const sinceOf = async (queue: RedisQueue, { component }: EventRoute): Promise<string | undefined> =>
  (await queue.routes.live()).routes.find((route) => route.component === component)?.since;

/** Resolves when the first route is live for so much longer than it was. */
async function keptAgain(ms = 1): Promise<void> {
  const until = async (): Promise<number> =>
    Number((await redis.client.zrange(`${prefix}routes`, '0', '-1', 'WITHSCORES'))[1]);
  const before = await until();
  await eventually(async () => expect(await until()).toBeGreaterThanOrEqual(before + ms));
}

/** As if so much time had passed since the routes were last kept. */
async function age(ms: number): Promise<void> {
  const routes = await redis.client.zrange(`${prefix}routes`, '0', '-1');
  for (const route of routes) await redis.client.zincrby(`${prefix}routes`, -ms, route);
}

it('has the routes of all processes, under one name for one set', async () => {
  const [old, next, web] = [await process(), await process(), await process()];
  await old.queue.routes.keep([OLD], old.compare);
  const first = await web.queue.stage([range(lane('a'), 1)]);
  await next.queue.routes.keep([NEXT, { ...OLD, types: [...OLD.types] }], next.compare);
  const second = await web.queue.stage([range(lane('a'), 2)]);
  expect(new Set(['', first, second]).size).toBe(3);
  expect(await liveOf(web.queue)).toEqual(['c@1', 'c@2']);
  // Another process of either release changes nothing, nor does another order of what a route lists.
  const another = await process();
  await another.queue.routes.keep([{ ...NEXT, types: NEXT.types.toReversed() }, OLD], another.compare);
  const last = await process(LONG_MS * 2);
  await last.queue.routes.keep([OLD], last.compare);
  expect(await web.queue.stage([])).toBe(second);
  expect((await web.queue.routes.live()).revision).toBe(second);
  expect([old.compared, next.compared, another.compared]).toEqual([[1], [1], [1]]);
});

it('forgets a route that nobody has kept for its time, and has it compared when it is back', async () => {
  const [old, next] = [await process(), await process(SHORT_MS)];
  await old.queue.routes.keep([OLD], old.compare);
  await next.queue.routes.keep([NEXT], next.compare);
  const both = await old.queue.stage([]);
  const since = await sinceOf(old.queue, OLD);
  await age(LONG_MS);
  // Those who keep theirs notice what is over.
  await eventually(async () => expect(await old.queue.stage([])).not.toBe(both));
  await eventually(() => expect(next.compared.length).toBeGreaterThan(1));
  expect(await liveOf(next.queue)).toEqual(['c@2']);
  const back = await process();
  await back.queue.routes.keep([OLD], back.compare);
  expect(await back.queue.stage([])).toBe(both);
  expect(Number(await sinceOf(old.queue, OLD))).toBeGreaterThan(Number(since));
  expect(await redis.client.hlen(`${prefix}routes-since`)).toBe(2);
});

it('keeps a route for as long as its process lives, compared once', async () => {
  const next = await process(SHORT_MS);
  await next.queue.routes.keep([NEXT], next.compare);
  const { revision } = await next.queue.routes.live();
  await keptAgain(SHORT_MS * 2);
  expect(await next.queue.stage([])).toBe(revision);
  expect(next.compared).toEqual([1]);
});

it('compares again after the server has lost everything, once, and under the same name', async () => {
  const next = await process(SHORT_MS);
  await next.queue.routes.keep([NEXT], next.compare);
  const { revision } = await next.queue.routes.live();
  await redis.flush();
  await eventually(() => expect(next.compared).toEqual([1, 2]));
  expect(await next.queue.stage([])).toBe(revision);
  // No more than once.
  await keptAgain();
  expect(next.compared).toEqual([1, 2]);
});

it('says at once that there are no routes any more when the server has lost them', async () => {
  const next = await process();
  await next.queue.routes.keep([NEXT], next.compare);
  await redis.flush();
  expect(await next.queue.stage([range(lane('a'), 1)])).toBe('');
  expect(await next.queue.routes.live()).toEqual({ revision: '', routes: [], complete: true });
});

it('keeps its routes at once when it is asked to, since another time', async () => {
  const [next, nothing] = [await process(), await process()];
  await next.queue.routes.keep([NEXT], next.compare);
  const before = await sinceOf(next.queue, NEXT);
  await next.queue.routes.renew();
  expect(await sinceOf(next.queue, NEXT)).toBe(before);
  await redis.flush();
  await nothing.queue.routes.renew();
  expect(await liveOf(next.queue)).toEqual([]);
  await next.queue.routes.renew();
  expect(await liveOf(next.queue)).toEqual(['c@2']);
  expect(await sinceOf(next.queue, NEXT)).not.toBe(before);
  // Whoever renews compares by himself; it is compared when it is kept again all the same.
  expect(next.compared).toEqual([1]);
});

it('tells every process that keeps a route when it was not live, whoever kept it again first', async () => {
  const [one, other] = [await process(SHORT_MS * 10), await process()];
  await one.queue.routes.keep([NEXT], one.compare);
  await redis.flush();
  // It comes before the other one keeps its routes again, and never brings the comparison to an end.
  void other.queue.routes.keep([NEXT], () => new Promise(() => {}));
  await eventually(() => expect(one.compared).toEqual([1, 2]));
});

it('takes a route whose beginning is lost for one that was not live', async () => {
  const next = await process(SHORT_MS);
  await next.queue.routes.keep([NEXT], next.compare);
  const since = await sinceOf(next.queue, NEXT);
  await redis.client.del(`${prefix}routes-since`);
  await eventually(() => expect(next.compared).toEqual([1, 2]));
  expect(Number(await sinceOf(next.queue, NEXT))).toBeGreaterThan(Number(since));
});

it('repeats a comparison that fails', async () => {
  const next = await process(SHORT_MS);
  const keeping = next.queue.routes.keep([NEXT], async () => {
    await next.compare();
    if (next.compared.length < 3) throw new Error('away');
  });
  await expect(keeping).rejects.toThrow('away');
  await eventually(() => expect(next.compared).toEqual([1, 2, 3]));
  await keptAgain();
  expect(next.compared).toEqual([1, 2, 3]);
});

it('goes on keeping its routes while a comparison takes long, and begins no second one', async () => {
  const next = await process(SHORT_MS);
  const end = gate();
  const keeping = next.queue.routes.keep([NEXT], async () => {
    await end.opened;
    await next.compare();
  });
  await eventually(async () => expect(await liveOf(next.queue)).toEqual(['c@2']));
  await keptAgain(SHORT_MS);
  end.open();
  await keeping;
  await keptAgain();
  expect(next.compared).toEqual([1]);
});

it('does not count as compared what was not live in the middle of the comparison', async () => {
  const next = await process(SHORT_MS);
  const end = gate();
  const keeping = next.queue.routes.keep([NEXT], async () => {
    await next.compare();
    if (next.compared.length === 1) await end.opened;
  });
  await eventually(() => expect(next.compared).toEqual([1]));
  await redis.flush();
  await eventually(async () => expect(await liveOf(next.queue)).toEqual(['c@2']));
  end.open();
  await keeping;
  await eventually(() => expect(next.compared).toEqual([1, 2]));
});

it('lets the routes of a process that ends go soon, unless another one keeps them', async () => {
  const [old, both] = [await process(), await process()];
  await old.queue.routes.keep([OLD], old.compare);
  await both.queue.routes.keep([OLD, NEXT], both.compare);
  await both.queue.drain();
  const left = await redis.client.zrange(`${prefix}routes`, '0', '-1', 'WITHSCORES');
  const [seconds] = await redis.client.time();
  const lives = [Number(left[1]), Number(left[3])].map((until) => until - Number(seconds) * 1_000);
  // A fifth of its time: who keeps them too has done so twice by then.
  for (const ms of lives) expect(ms).toBeLessThanOrEqual(LONG_MS / 5 + 1_000);
  for (const ms of lives) expect(ms).toBeGreaterThan(LONG_MS / 10);
});

it('says that there are routes which it cannot read', async () => {
  const next = await process();
  await next.queue.routes.keep([NEXT], next.compare);
  await redis.client.zadd(`${prefix}routes`, Date.now() + LONG_MS, '[2,"fold",{"component":"c@3"}]');
  const { routes, complete } = await next.queue.routes.live();
  expect(routes).toEqual([{ ...NEXT, since: expect.stringMatching(/^\d+$/) }]);
  expect(complete).toBe(false);
});

it('keeps and reads routes while the server is short of memory', async () => {
  const next = await process(SHORT_MS);
  await next.queue.routes.keep([NEXT], next.compare);
  await redis.client.config('SET', 'maxmemory', '1');
  try {
    await keptAgain(SHORT_MS);
    expect(await liveOf(next.queue)).toEqual(['c@2']);
  } finally {
    await redis.client.config('SET', 'maxmemory', '0');
  }
});
