import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GroupQueue } from '../../lib/index.js';
import { compile, type Compiled } from '../support/compile.js';
import { eventually } from '../support/eventually.js';
import { type KillableClickHouse, startKillableClickHouse } from '../support/killable-clickhouse.js';
import { newDatabaseName } from '../support/clickhouse-server.js';
import { startTestRedis, type TestRedis } from '../support/redis-server.js';
import { silentLogger } from '../support/silent-logger.js';
import { ROUNDS } from './chaos-settings.js';
import { TallyWorld } from './tallies/tally-world.js';

Logger.overrideLogger(silentLogger);

const { aggregates, pieces, times } =
  ROUNDS > 1 ? { aggregates: 200, pieces: 300, times: 3 } : { aggregates: 20, pieces: 20, times: 1 };
const WORKERS = 2;
const LEASE_MS = 2_000;
const SWEEP_MS = 1_000;
const PIECES_AT_A_TIME = aggregates / 2;
const MAX_WAITING_JOBS = 30;
const AWAY_MS = 500;
const SETTLE_TIMEOUT_MS = 60_000;
const TEST_TIMEOUT_MS = 300_000;

interface Outage {
  readonly what: string;
  /** Of Redis, with all that waits in it. */
  readonly memory: 'kept' | 'lost';
  readonly strike: () => Promise<void>;
}

const OUTAGES: readonly Outage[] = [
  {
    what: 'a worker stands still for longer than its lease, and goes on',
    memory: 'kept',
    strike: async () => {
      const [worker] = world.fleet.workers;
      worker!.signal('SIGSTOP');
      await delay(2 * LEASE_MS);
      worker!.signal('SIGCONT');
    },
  },
  {
    what: 'ClickHouse is killed, and comes back',
    memory: 'kept',
    strike: async () => {
      await clickhouse.kill();
      await delay(AWAY_MS);
      await clickhouse.start();
    },
  },
  {
    what: 'Redis is killed, and comes back with its append-only file',
    memory: 'kept',
    strike: async () => {
      await redis.kill();
      await delay(AWAY_MS);
      await redis.start();
    },
  },
  {
    what: 'Redis is emptied, and again',
    memory: 'lost',
    strike: async () => {
      await redis.flush();
      await fed(pieces);
      await redis.flush();
    },
  },
  { what: 'Redis is killed, and an empty one takes its place', memory: 'lost', strike: () => redis.restart('lost') },
];

let compiled: Compiled;
let redis: TestRedis;
let clickhouse: KillableClickHouse;
let world: TallyWorld;

beforeAll(async () => {
  [compiled, redis, clickhouse] = await Promise.all([
    compile('test/chaos/tallies/tally-main.ts'),
    startTestRedis({ appendonly: 'yes', appendfsync: 'always' }),
    startKillableClickHouse(),
  ]);
  const { url, username, password } = clickhouse;
  world = await TallyWorld.open(compiled, {
    store: { kind: 'clickhouse', url, username, password, database: newDatabaseName() },
    redisPort: redis.port,
    leaseMs: LEASE_MS,
    sweepIntervalMs: SWEEP_MS,
    aggregates,
    guarded: true,
  });
  const { fleet } = world;
  await Promise.all([fleet.start('web'), ...Array.from({ length: WORKERS }, () => fleet.start('worker'))]);
});
afterAll(async () => {
  await world?.close();
  await Promise.all([compiled?.remove(), redis?.stop(), clickhouse?.stop()]);
});

/** Resolves when so many pieces more were answered. */
function fed(more: number): Promise<void> {
  return world.fleet.webs[0]!.hasFed(world.fleet.feeds + more);
}

async function underLoad({ memory, strike }: Outage): Promise<void> {
  const struck = (async () => {
    await fed(pieces);
    await strike();
    // What was lost is to heal without what comes after it.
    if (memory === 'kept') await fed(PIECES_AT_A_TIME);
  })();
  await world.feedUntil(struck, PIECES_AT_A_TIME, MAX_WAITING_JOBS);
  await struck;
  await world.feed(world.fleet.feeds);
}

async function expectWhole(): Promise<void> {
  expect((await world.judge()).wrongs).toEqual([]);
}

/** One world for all of them: what one leaves behind is in the way of the next one. */
describe.each(Array.from({ length: times }, (_, time) => time + 1))('under load, for the %i. time,', () => {
  it.each(OUTAGES)('loses and repeats nothing when $what', { timeout: TEST_TIMEOUT_MS }, async (outage) => {
    world.fleet.waitFor = outage.memory === 'kept' ? 'queued' : 'stored';
    await underLoad(outage);
    if (outage.memory === 'lost') {
      // It heals by itself, but for what plain reactors had before them.
      await world.excuse();
      await eventually(expectWhole, SETTLE_TIMEOUT_MS);
    }
    await world.settle(SETTLE_TIMEOUT_MS);
    await expectWhole();
    expect(world.retriedLanes).toBe(0);
    expect(await world.app.get(GroupQueue).depth()).toMatchObject({ jobs: 0, parkedJobs: 0, deadLetters: 0 });
  });
});
