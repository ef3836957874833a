import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { SystemClock } from '../../lib/clock/system-clock.js';
import type { GroupQueue } from '../../lib/queue/group-queue.js';
import { shardPrefix } from '../../lib/queue/redis/lane-keys.js';
import { redisQueue } from '../../lib/queue/redis/redis-queue.adapter.js';
import { lane, range } from '../../lib/testing/contract/group-queue/group-queue-cases.js';
import { compile, type Compiled } from '../support/compile.js';
import { eventually } from '../support/eventually.js';
import { untruths } from '../support/queue-truth.js';
import { startTestRedis, type TestRedis } from '../support/redis-server.js';
import { silentLogger } from '../support/silent-logger.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { ROUNDS, SEED } from './chaos-settings.js';
import { Crew } from './crew.js';
import { readRuns, type Run } from './journal.js';
import { inVain, wrongs } from './judge.js';
import { Random } from './random.js';
import { recoveries, Standstills } from './recovery.js';
import { Storm } from './storm.js';

Logger.overrideLogger(silentLogger);

const STRIKES = 20;
const WORKERS = 3;
const LEASE_MS = 1_000;
const LANES = Array.from({ length: 20 }, (_, index) => `l${index}`);
const STAGE_PAUSE_MS = 40;
const SETTLE_TIMEOUT_MS = 60_000;
const ROUND_TIMEOUT_MS = 180_000;
/** What a recovery may take beyond the lease: to see that it is over, to lease the lane, to hand it out. */
const TAKE_OVER_MS = 1_000;
const LEAST_KILLS = 3;
/** A killed worker may have had nothing in its hands. */
const MOST_KILLS = 12;
const FLUSHES = 4;
/** Of each lane, after the server forgot everything for the last time. */
const NEW_JOBS = 20;
const NOTHING_LEFT = { jobs: 0, parkedJobs: 0, delayedJobs: 0, running: 0, parkedLanes: 0, deadLetters: 0 };

let compiled: Compiled;
let redis: TestRedis;
let proxy: TcpProxy;
let queue: GroupQueue;
let journals: string;
let crew: Crew | undefined;

beforeAll(async () => void (compiled = await compile('test/chaos/worker-main.ts')));
afterAll(() => compiled.remove());

beforeEach(async () => {
  redis = await startTestRedis({ appendonly: 'yes', appendfsync: 'always' });
  journals = await mkdtemp(join(tmpdir(), 'chaos-'));
  proxy = await TcpProxy.start(redis.port);
  const connection = { host: '127.0.0.1', port: proxy.port, commandTimeoutMs: 2_000 };
  queue = await redisQueue({ connection, stageTimeoutMs: SETTLE_TIMEOUT_MS }).open({ clock: new SystemClock() });
});
afterEach(async () => {
  await crew?.dismiss();
  crew = undefined;
  await queue.drain();
  await Promise.all([proxy.stop(), redis.stop(), rm(journals, { recursive: true, force: true })]);
});

async function gather(handlerMs: readonly [number, number]): Promise<Crew> {
  crew = await Crew.gather(compiled, redis.port, { leaseMs: LEASE_MS, journals, handlerMs }, WORKERS);
  return crew;
}

/** One job more for each lane, again and again. @returns how many each lane has */
async function stageUntil(over: Promise<unknown>): Promise<number> {
  const pause = (): Promise<boolean> => Promise.race([over.then(() => true), delay(STAGE_PAUSE_MS, false)]);
  let jobs = 0;
  do {
    jobs += 1;
    await queue.stage(LANES.map((id) => range(lane(id), jobs)));
  } while (!(await pause()));
  return jobs;
}

async function expectNothingLeft(): Promise<void> {
  await eventually(async () => expect(await queue.depth()).toEqual(NOTHING_LEFT), SETTLE_TIMEOUT_MS);
  expect(await untruths(redis.client, shardPrefix('es', 'default', 0))).toEqual([]);
}

function laneNames(): readonly string[] {
  return ['fold', 'reactor'].flatMap((kind) => LANES.map((id) => `${kind} ${id}`));
}

/** The run without the first jobs of its lane. */
function without(run: Run, jobs: number): Run {
  const left = run.jobs.filter((job) => job > jobs);
  const completed = Math.max(0, run.completed - (run.jobs.length - left.length));
  return { ...run, jobs: left.map((job) => job - jobs), completed };
}

const seeds = Array.from({ length: ROUNDS }, (_, round) => SEED + round);

it.each(seeds)(
  'loses and reorders nothing while workers, server and network fail (CHAOS_SEED=%i)',
  { timeout: ROUND_TIMEOUT_MS },
  async (seed) => {
    const storm = new Storm(await gather([5, 50]), redis, proxy, new Random(seed), LEASE_MS);
    const raged = storm.rage(STRIKES);
    const [jobs] = await Promise.all([stageUntil(raged), raged]);
    await expectNothingLeft();
    const runs = await readRuns(journals);
    expect(wrongs(runs, laneNames(), jobs)).toEqual([]);
    const { all, zombies } = inVain(runs);
    console.log(
      `seed ${seed}: ${jobs * LANES.length * 2} jobs in ${runs.length} batches, ${all} done in vain (${zombies} zombies); ` +
        `${storm.summary}; lanes of killed workers went on after ${recoveries(runs, storm.deaths).summary}`,
    );
  },
);

it.each(seeds)(
  'goes on with the lanes of a killed worker one lease later (CHAOS_SEED=%i)',
  { timeout: ROUND_TIMEOUT_MS },
  async (seed) => {
    const random = new Random(seed);
    const workers = await gather([5, 20]);
    const standstills = new Standstills();
    const deaths = new Map<string, number>();
    const killing = (async () => {
      const recovered = async (): Promise<number> => recoveries(await readRuns(journals), deaths).times.length;
      for (let kills = 0; kills < LEAST_KILLS || (kills < MOST_KILLS && (await recovered()) === 0); kills += 1) {
        await delay(random.between(300, 600));
        // Where there is little to do, one worker does most of it.
        const busiest = (await readRuns(journals)).at(-1)!.worker;
        const victim = workers.workers.find(({ name }) => name === busiest)!;
        deaths.set(victim.name, await workers.end(victim, 'SIGKILL'));
        await delay(LEASE_MS + TAKE_OVER_MS);
        await workers.hire();
      }
    })();
    const [jobs] = await Promise.all([stageUntil(killing), killing]);
    await expectNothingLeft();
    const runs = await readRuns(journals);
    expect(wrongs(runs, laneNames(), jobs)).toEqual([]);
    const recovered = recoveries(runs, deaths);
    console.log(`seed ${seed}: lanes of killed workers went on after ${recovered.summary}`);
    expect(recovered.times.length).toBeGreaterThan(0);
    for (const { diedAt, wentOnAt } of recovered.times) {
      // A machine that stands still is none of the queue's.
      const boundMs = LEASE_MS + TAKE_OVER_MS + standstills.between(diedAt, wentOnAt);
      expect(wentOnAt - diedAt).toBeLessThan(boundMs);
    }
    standstills.end();
  },
);

it.each(seeds)(
  'hangs nowhere, and goes on with new work, when the server forgets everything (CHAOS_SEED=%i)',
  { timeout: ROUND_TIMEOUT_MS },
  async (seed) => {
    const random = new Random(seed);
    await gather([5, 50]);
    const flushing = (async () => {
      for (let flushes = 0; flushes < FLUSHES; flushes += 1) {
        await delay(random.between(100, 2 * LEASE_MS));
        await redis.flush();
      }
    })();
    const [forgotten] = await Promise.all([stageUntil(flushing), flushing]);
    const last = forgotten + NEW_JOBS;
    for (let job = forgotten + 1; job <= last; job += 1) await queue.stage(LANES.map((id) => range(lane(id), job)));
    await expectNothingLeft();
    const runs = (await readRuns(journals)).map((run) => without(run, forgotten)).filter(({ jobs }) => jobs.length > 0);
    expect(wrongs(runs, laneNames(), last - forgotten)).toEqual([]);
  },
);
