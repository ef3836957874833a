import { Logger } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { compile, type Compiled } from '../support/compile.js';
import { eventually } from '../support/eventually.js';
import { startTestRedis, type TestRedis } from '../support/redis-server.js';
import { silentLogger } from '../support/silent-logger.js';
import { GUARDED, ROUNDS, SEED } from './chaos-settings.js';
import { Random } from './random.js';
import { STORE_SERVERS, type StoreServer } from './stores/store-servers.js';
import { rowsRead } from './tallies/paced-log.js';
import { piecesFor, TENANTS } from './tallies/pieces.js';
import { deploy, rage } from './tallies/rage.js';
import { Reader } from './tallies/reader.js';
import type { Special } from './tallies/tally-fleet.js';
import { TallyWorld } from './tallies/tally-world.js';

Logger.overrideLogger(silentLogger);

/** In the short cut processes die at a part of the points, as the seed has it. */
const CUTS =
  ROUNDS > 1
    ? {
        PostgreSQL: { aggregates: 1_000, events: 50, deathsAtEach: 3, buildDeaths: 5 },
        ClickHouse: { aggregates: 1_000, events: 50, deathsAtEach: 3, buildDeaths: 5 },
      }
    : {
        PostgreSQL: { aggregates: 100, events: 20, deathsAtEach: 0.5, buildDeaths: 3 },
        ClickHouse: { aggregates: 60, events: 10, deathsAtEach: 0.3, buildDeaths: 3 },
      };
/** Of each aggregate, before the next release comes. */
const EVENTS_OF_HISTORY = 5;
/** Dying workers at a time. */
const WORKERS = 2;
/** What is counted twice shows with the next event. */
const TO_NOTICE = { aggregates: 20, events: 10 };
/** Which store a build is taken over on: on both of them where there is time. */
const TAKEN_OVER = ROUNDS > 1 ? ['PostgreSQL', 'ClickHouse'] : ['PostgreSQL'];
const TO_TAKE_OVER = { aggregates: 40, events: 50 };
/** So that a build takes so long that its worker dies in the middle. */
const NEXT = { release: 'next', pace: { rows: 75, pauseMs: 150 } } as const;
const LEASE_MS = 2_000;
const SWEEP_MS = 1_000;
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

async function open(server: StoreServer, aggregates: number, guarded = GUARDED): Promise<TallyWorld> {
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

describe.each(STORE_SERVERS)('over %s and Redis', (name, start) => {
  let server: StoreServer;

  beforeAll(async () => void (server = await start()));
  afterAll(() => server.stop());

  it(
    `counts each event once, wherever processes are killed (CHAOS_SEED=${SEED})`,
    { timeout: TEST_TIMEOUT_MS },
    async () => {
      const { aggregates, events, deathsAtEach, buildDeaths } = CUTS[name];
      const world = await open(server, aggregates);
      const { fleet } = world;
      // A build takes some seconds, whatever there is to read.
      const next: Special = { release: 'next', pace: { rows: aggregates / 2, pauseMs: 200 } };
      const raging = Promise.all([
        rage(world, new Random(SEED), { deathsAtEach, places: WORKERS }),
        deploy(world, next, { history: aggregates * EVENTS_OF_HISTORY, deaths: buildDeaths }),
      ]);
      const pieces = Math.ceil(aggregates / 10);
      await world.feedUntil(raging, pieces, MAX_WAITING_JOBS);
      await raging;
      await world.feed(Math.max(fleet.feeds, piecesFor(aggregates, events)));
      await fleet.kill('web');
      // No worker starts after it and compares: only the sweep finds what it leaves behind.
      const dying = fleet.crash('web', { point: 'caller: before stage', pass: 1 });
      await world.feedUntil(dying, pieces, MAX_WAITING_JOBS);
      await dying;
      await world.settle(SETTLE_TIMEOUT_MS);
      const verdict = await world.judge();
      console.log(
        `${name}, seed ${SEED}: ${verdict.events} events, ${verdict.effects} effects; ` +
          `${fleet.deaths} deaths, ${world.retriedLanes} lanes retried by hand`,
      );
      expect(verdict.wrongs).toEqual([]);
      expect(await world.build()).toMatchObject({ status: 'complete' });
      // What a web process was about to append when it died is not sent again.
      expect(verdict.events).toBeGreaterThan((aggregates * events) / 2);
    },
  );

  it.runIf(GUARDED)('would notice that folds count again what they covered', async () => {
    const { aggregates, events } = TO_NOTICE;
    const world = await open(server, aggregates, false);
    await Promise.all([world.fleet.start('web'), world.fleet.start('worker')]);
    await world.feed(piecesFor(aggregates, events));
    await world.settle(SETTLE_TIMEOUT_MS);
    const { wrongs } = await world.judge();
    expect(wrongs.filter((wrong) => wrong.includes('folded to'))).not.toEqual([]);
  });

  it.runIf(GUARDED && TAKEN_OVER.includes(name))(
    'goes on with a build where a killed worker came to, while reads go on, and switch at once',
    async () => {
      const { aggregates, events } = TO_TAKE_OVER;
      const world = await open(server, aggregates);
      const { fleet } = world;
      await fleet.start('worker');
      await world.append(events);
      await world.settle(SETTLE_TIMEOUT_MS);
      await fleet.kill();

      const reader = Reader.start(await world.openNext());
      const first = await fleet.crash('worker', { point: 'build: after record', pass: 2 }, NEXT);
      await world.nextIsUp();
      const { status, events: onRecord, totalEvents } = await world.build();
      expect([status, totalEvents]).toEqual(['reading', aggregates * events]);
      expect(onRecord).toBeGreaterThan(0);
      expect(await rowsRead(first.plan)).toBeGreaterThanOrEqual(onRecord);

      const second = await fleet.start('worker', NEXT);
      await eventually(
        async () => expect(await world.build()).toMatchObject({ status: 'complete' }),
        SETTLE_TIMEOUT_MS,
      );
      expect(await rowsRead(second.plan)).toBe(totalEvents - onRecord);
      expect(await reader.stop()).toEqual(TENANTS.map((tenantId) => `${tenantId}: this, next`));
      await world.settle(SETTLE_TIMEOUT_MS);
      expect((await world.judge()).wrongs).toEqual([]);
    },
  );
});
