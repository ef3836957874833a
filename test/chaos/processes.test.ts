import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, beforeEach, describe, it } from 'vitest';
import { compile, type Compiled } from '../support/compile.js';
import { startTestRedis, type TestRedis } from '../support/redis-server.js';
import { silentLogger } from '../support/silent-logger.js';
import { AlarmsWorld } from './alarms/alarms-world.js';
import { ROUNDS, SEED } from './chaos-settings.js';
import { KilledWorkers } from './killed-workers.js';
import { Random } from './random.js';
import { spreadDeaths } from './spread-deaths.js';
import { STORE_SERVERS, type StoreServer } from './stores/store-servers.js';

Logger.overrideLogger(silentLogger);

const ALARMS = ROUNDS > 1 ? 100 : 15;
const WORKERS = 2;
const KILLS = ROUNDS > 1 ? 20 : 4;
const LEASE_MS = 500;
const SWEEP_MS = 500;
const TEST_TIMEOUT_MS = 900_000;

/** Where workers die: wake-ups are armed, and commands are sent, where the batch of a process is completed. */
const POINTS = ['route', 'process', 'timer', 'outbox', 'command'].flatMap((kind) =>
  ['before append', 'after append', 'before complete', 'after complete'].map((step) => `${kind}: ${step}`),
);
const MOST_PASSES = 8;
/** In the short cut workers die at a part of the points, as the seed has it. */
const DEATHS_AT_EACH = ROUNDS > 1 ? { PostgreSQL: 3, ClickHouse: 3 } : { PostgreSQL: 0.35, ClickHouse: 0.2 };
const ALARMS_AT_A_TIME = 5;
/** Two wake-ups wait for each alarm. */
const MAX_WAITING_JOBS = 20;

let compiled: Compiled;
let redis: TestRedis;
beforeAll(async () => {
  [compiled, redis] = await Promise.all([compile('test/chaos/alarms/alarms-main.ts'), startTestRedis()]);
});
afterAll(() => Promise.all([compiled.remove(), redis.stop()]));

describe.each(STORE_SERVERS)('wake-ups and commands of processes, over %s and Redis,', (name, startServer) => {
  let server: StoreServer;
  let world: AlarmsWorld;
  let workers: KilledWorkers;

  beforeAll(async () => void (server = await startServer()));
  afterAll(() => server.stop());
  beforeEach(() => redis.flush());
  afterEach(async () => {
    await workers.end();
    await world.close();
  });

  async function open(seed: number): Promise<Random> {
    const random = new Random(seed);
    const store = await server.newStore();
    const plan = { store, redisPort: redis.port, leaseMs: LEASE_MS, sweepIntervalMs: SWEEP_MS };
    world = await AlarmsWorld.open(plan, random);
    workers = new KilledWorkers(compiled, 'test/chaos/alarms/alarms-main.js', world.settings, random);
    return random;
  }

  it(
    `come to pass once and never early, wherever workers are killed, and Redis loses everything (CHAOS_SEED=${SEED})`,
    { timeout: TEST_TIMEOUT_MS },
    async () => {
      const points = spreadDeaths(POINTS, DEATHS_AT_EACH[name], await open(SEED));
      const die = async (points: string[], random: Random): Promise<void> => {
        for (let point = points.pop(); point !== undefined; point = points.pop()) {
          await workers.crash({ point, pass: 1 + Math.floor(random.next() * MOST_PASSES) });
        }
      };
      const rage = async (points: string[]): Promise<void> => {
        const random = new Random(SEED + points.length);
        const raging = Promise.all(Array.from({ length: WORKERS }, () => die(points, random)));
        await world.setUntil(raging, ALARMS_AT_A_TIME, MAX_WAITING_JOBS);
        await raging;
      };
      await rage(points.splice(0, points.length / 2));
      await workers.start();
      await world.whileWakeUpsWait(ALARMS_AT_A_TIME, () => redis.flush());
      await rage(points);
      await world.judge();
      console.log(`${name}, seed ${SEED}: ${world.size} alarms; ${workers.kills} deaths`);
    },
  );

  it.runIf(name === 'PostgreSQL').each(Array.from({ length: ROUNDS }, (_, round) => SEED + round))(
    'come to pass once and never early, whenever workers are killed, and Redis loses everything (CHAOS_SEED=%i)',
    { timeout: TEST_TIMEOUT_MS },
    async (seed) => {
      const random = await open(seed);
      await Promise.all(Array.from({ length: WORKERS }, () => workers.start()));
      await world.set(ALARMS);
      for (let kill = 1; kill <= KILLS; kill += 1) {
        await delay(random.between(50, 500));
        await workers.replaceOne();
        if (kill === KILLS / 2) await world.whileWakeUpsWait(ALARMS, () => redis.flush());
      }
      await world.judge();
    },
  );
});
