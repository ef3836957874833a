import { Logger } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { compile, type Compiled } from '../support/compile.js';
import { startTestRedis, type TestRedis } from '../support/redis-server.js';
import { silentLogger } from '../support/silent-logger.js';
import { AlarmsWorld } from './alarms/alarms-world.js';
import { ROUNDS, SEED } from './chaos-settings.js';
import { KilledWorkers } from './killed-workers.js';
import { Random } from './random.js';
import { STORE_SERVERS, type StoreServer } from './stores/store-servers.js';

Logger.overrideLogger(silentLogger);

const ALARMS = ROUNDS > 1 ? 100 : 5;
const WORKERS = 2;
const LEASE_MS = 2_000;
const SWEEP_MS = 1_000;
const TEST_TIMEOUT_MS = 300_000;

let compiled: Compiled;
let redis: TestRedis;
beforeAll(async () => {
  [compiled, redis] = await Promise.all([compile('test/chaos/alarms/alarms-main.ts'), startTestRedis()]);
});
afterAll(() => Promise.all([compiled.remove(), redis.stop()]));

describe.each(STORE_SERVERS)('workers that run on, over %s and Redis,', (name, startServer) => {
  let server: StoreServer;
  let random: Random;
  let world: AlarmsWorld;
  let workers: KilledWorkers;

  beforeAll(async () => void (server = await startServer()));
  afterAll(() => server.stop());
  beforeEach(async () => {
    random = new Random(SEED);
    const store = await server.newStore();
    const plan = { store, redisPort: redis.port, leaseMs: LEASE_MS, sweepIntervalMs: SWEEP_MS };
    world = await AlarmsWorld.open(plan, random);
    workers = new KilledWorkers(compiled, 'test/chaos/alarms/alarms-main.js', world.settings, random);
    await Promise.all(Array.from({ length: WORKERS }, () => workers.start()));
  });
  afterEach(async () => {
    await workers.end();
    await world.close();
  });

  it(
    `put everything right again that Redis loses, with nothing that comes after it (CHAOS_SEED=${SEED})`,
    { timeout: TEST_TIMEOUT_MS },
    async () => {
      const losses = [() => redis.flush(), () => redis.restart('lost')];
      // ClickHouse takes longer to begin anew: in the short cut it is one of them.
      const some = ROUNDS > 1 || name === 'PostgreSQL' ? losses : [random.oneOf(losses)];
      for (const lose of some) {
        await world.whileAllWaits(ALARMS, lose);
        await world.judge();
      }
      expect(workers.kills).toBe(0);
    },
  );
});
