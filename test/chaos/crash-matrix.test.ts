import { Logger } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ProcessRole } from '../../lib/index.js';
import { compile, type Compiled } from '../support/compile.js';
import { startTestRedis, type TestRedis } from '../support/redis-server.js';
import { silentLogger } from '../support/silent-logger.js';
import { GUARDED, ROUNDS, SEED } from './chaos-settings.js';
import { Random } from './random.js';
import { piecesFor } from './tallies/pieces.js';
import { TALLY_SERVERS, type TallyServer } from './tallies/tally-servers.js';
import { TallyWorld } from './tallies/tally-world.js';

Logger.overrideLogger(silentLogger);

const WORKER_POINTS = [
  'command: before append',
  // Between append and stage.
  'command: after append',
  'command: before complete',
  'command: after complete',
  'fold: before load',
  'fold: after load',
  'fold: before save',
  'fold: after save',
  'fold: before complete',
  'fold: after complete',
  'route: before append',
  'route: after append',
  'route: after save',
  'route: before complete',
  'route: after complete',
  'map: before append',
  'map: after append',
  'map: before complete',
  'map: after complete',
  'reactor: before load',
  'reactor: before complete',
  'reactor: after complete',
];
const WEB_POINTS = ['caller: before append', 'caller: before stage', 'caller: after stage'];

/** In the short cut processes die at a part of the points, as the seed has it. */
const { aggregates, events, deathsAtEach } =
  ROUNDS > 1
    ? { aggregates: 1_000, events: 50, deathsAtEach: { PostgreSQL: 3, ClickHouse: 3 } }
    : { aggregates: 100, events: 20, deathsAtEach: { PostgreSQL: 0.7, ClickHouse: 0.4 } };
/** Dying workers at a time. */
const WORKERS = 2;
const MOST_PASSES = 8;
/** Of each aggregate: what is counted twice shows with the next event. */
const EVENTS_TO_NOTICE = 10;
const LEASE_MS = 2_000;
const SWEEP_MS = 1_000;
/** Of each aggregate's share in the load, while processes die. */
const PIECES_AT_A_TIME = Math.ceil(aggregates / 10);
const MAX_WAITING_JOBS = 100;
const SETTLE_TIMEOUT_MS = 120_000;
const TEST_TIMEOUT_MS = 900_000;

let compiled: Compiled;
let redis: TestRedis;
let world: TallyWorld | undefined;

beforeAll(async () => {
  [compiled, redis] = await Promise.all([compile('test/chaos/tallies/tally-main.ts'), startTestRedis()]);
});
afterAll(() => Promise.all([compiled.remove(), redis.stop()]));
afterEach(async () => {
  await world?.close();
  world = undefined;
  await redis.flush();
});

/** Processes die at all points, one after the other at each of so many places at a time. */
async function rage({ fleet }: TallyWorld, random: Random, deaths: number): Promise<void> {
  const crash = async (role: ProcessRole, points: string[]): Promise<void> => {
    for (let point = points.pop(); point !== undefined; point = points.pop()) {
      await fleet.crash(role, { point, pass: 1 + Math.floor(random.next() * MOST_PASSES) });
    }
  };
  const everywhere = (points: readonly string[]): string[] =>
    random
      .shuffled(Array.from({ length: Math.ceil(deaths) }, () => points).flat())
      .slice(0, Math.ceil(deaths * points.length));
  const ofWorkers = everywhere(WORKER_POINTS);
  const web = crash('web', everywhere(WEB_POINTS)).then(() => fleet.start('web'));
  await Promise.all([web, ...Array.from({ length: WORKERS }, () => crash('worker', ofWorkers))]);
}

async function open(server: TallyServer, guarded: boolean): Promise<TallyWorld> {
  world = await TallyWorld.open(compiled, {
    store: await server.newStore(),
    redisPort: redis.port,
    leaseMs: LEASE_MS,
    sweepIntervalMs: SWEEP_MS,
    aggregates,
    guarded,
  });
  return world;
}

describe.each(TALLY_SERVERS)('over %s and Redis', (name, start) => {
  let server: TallyServer;

  beforeAll(async () => void (server = await start()));
  afterAll(() => server.stop());

  it(
    `counts each event once, wherever processes are killed (CHAOS_SEED=${SEED})`,
    { timeout: TEST_TIMEOUT_MS },
    async () => {
      const world = await open(server, GUARDED);
      const { fleet } = world;
      const raging = rage(world, new Random(SEED), deathsAtEach[name]);
      await world.feedUntil(raging, PIECES_AT_A_TIME, MAX_WAITING_JOBS);
      await raging;
      await Promise.all(Array.from({ length: WORKERS }, () => fleet.start('worker')));
      await world.feed(Math.max(fleet.feeds, piecesFor(aggregates, events)));
      await fleet.kill('web');
      // No worker starts after it and compares: only the sweep finds what it leaves behind.
      const dying = fleet.crash('web', { point: 'caller: before stage', pass: 1 });
      await world.feedUntil(dying, PIECES_AT_A_TIME, MAX_WAITING_JOBS);
      await dying;
      await world.settle(SETTLE_TIMEOUT_MS);
      const verdict = await world.judge();
      console.log(
        `${name}, seed ${SEED}: ${verdict.events} events, ${verdict.effects} effects; ` +
          `${fleet.deaths} deaths, ${world.retriedLanes} lanes retried by hand`,
      );
      expect(verdict.wrongs).toEqual([]);
      // What a web process was about to append when it died is not sent again.
      expect(verdict.events).toBeGreaterThan((aggregates * events) / 2);
    },
  );

  it.runIf(GUARDED)('would notice that folds count again what they covered', async () => {
    const world = await open(server, false);
    await Promise.all([world.fleet.start('web'), world.fleet.start('worker')]);
    await world.feed(piecesFor(aggregates, EVENTS_TO_NOTICE));
    await world.settle(SETTLE_TIMEOUT_MS);
    const { wrongs } = await world.judge();
    expect(wrongs.filter((wrong) => wrong.includes('folded to'))).not.toEqual([]);
  });
});
