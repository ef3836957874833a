import { setTimeout as delay } from 'node:timers/promises';
import { Logger, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTenantId, EventStore, Processes, type RecordedEvent } from '../../lib/index.js';
import type { DecisionData } from '../../lib/processes/stream/decision.event.js';
import { inboxStream, processStream } from '../../lib/processes/stream/process-streams.js';
import { Alarms, AlarmSet, alarmStream, type Rang } from '../support/alarms-app.js';
import { collect } from '../support/collect.js';
import { compile, type Compiled } from '../support/compile.js';
import { judgeProcess } from '../support/judge-processes.js';
import { startTestPostgres, type TestPostgres } from '../support/postgres-server.js';
import { startTestRedis, type TestRedis } from '../support/redis-server.js';
import { silentLogger } from '../support/silent-logger.js';
import { alarmsProcess } from './alarms/alarms-process.js';
import { ROUNDS, SEED } from './chaos-settings.js';
import { KilledWorkers } from './killed-workers.js';
import { Random } from './random.js';

Logger.overrideLogger(silentLogger);

const tenantId = createTenantId('acme');
const ALARMS = ROUNDS > 1 ? 100 : 30;
const RINGS = 4;
const WORKERS = 2;
const KILLS = ROUNDS > 1 ? 20 : 4;
/** Of alarms that are set when Redis is about to lose everything: long enough to be lost. */
const LATE_MS = 1_000;
const SETTLE_TIMEOUT_MS = 60_000;
const POLL_MS = 50;

let compiled: Compiled;
let redis: TestRedis;
let server: TestPostgres;
beforeAll(async () => {
  [compiled, redis, server] = await Promise.all([
    compile('test/chaos/alarms/alarms-main.ts'),
    startTestRedis(),
    startTestPostgres(),
  ]);
});
afterAll(() => Promise.all([compiled.remove(), redis.stop(), server.stop()]));

describe('wake-ups of processes, over Redis', () => {
  it.each(Array.from({ length: ROUNDS }, (_, round) => SEED + round))(
    'are told once and never early, though workers are killed and Redis loses everything (seed %i)',
    async (seed) => {
      const random = new Random(seed);
      const postgresUrl = await server.createDatabase();
      const settings = { postgresUrl, redisPort: redis.port, leaseMs: 500, sweepIntervalMs: 500 };
      const app = await NestFactory.createApplicationContext(alarmsProcess('web', settings), { logger: false });
      const workers = new KilledWorkers(compiled, 'test/chaos/alarms/alarms-main.js', settings, random);
      try {
        await Promise.all(Array.from({ length: WORKERS }, () => workers.start()));
        const alarms = Array.from({ length: ALARMS }, (_, index) => `alarm-${index}`);
        const late = alarms.map((id) => `late-${id}`);
        for (const id of alarms) await set(app, id, random.between(100, 500));
        for (let kill = 1; kill <= KILLS; kill += 1) {
          await delay(random.between(50, 500));
          await workers.replaceOne();
          if (kill !== KILLS / 2) continue;
          for (const id of late) await set(app, id, LATE_MS);
          await until(app, late, (status) => status !== undefined);
          const waiting = await Promise.all(late.map((id) => statusOf(app, id)));
          expect(waiting.filter((status) => status!.wakeUps.size > 0)).not.toEqual([]);
          await redis.flush();
        }
        await until(app, [...alarms, ...late], (status) => status?.state === null && status.commandsUnderWay === 0);
        for (const id of [...alarms, ...late]) await judge(app, id);
      } finally {
        await workers.end();
        await app.close();
      }
    },
    300_000,
  );
});

async function set(app: INestApplicationContext, id: string, everyMs: number): Promise<void> {
  await app.get(EventStore).append(alarmStream(id, tenantId), [{ data: AlarmSet.of(RINGS, Math.round(everyMs)) }]);
}

const statusOf = (app: INestApplicationContext, id: string) => app.get(Processes).get(Alarms, id, { tenantId });

async function until(
  app: INestApplicationContext,
  alarms: readonly string[],
  isThere: (status: Awaited<ReturnType<typeof statusOf>>) => boolean,
): Promise<void> {
  const endAt = performance.now() + SETTLE_TIMEOUT_MS;
  for (const id of alarms) {
    for (;;) {
      const status = await statusOf(app, id);
      if (isThere(status)) break;
      if (performance.now() > endAt) throw new Error(`${id} does not get there: ${JSON.stringify(status)}`);
      await delay(POLL_MS);
    }
  }
}

async function judge(app: INestApplicationContext, id: string): Promise<void> {
  const store = app.get(EventStore);
  const stored = await collect(store.read(alarmStream(id, tenantId)));
  const rings = stored.slice(1) as readonly RecordedEvent<Rang>[];
  expect(rings.map(({ data }) => data.nth)).toEqual(Array.from({ length: RINGS }, (_, index) => index + 1));
  const inbox = await collect(store.read(inboxStream('alarms', tenantId, id)));
  const decisions = await collect(store.read(processStream('alarms', tenantId, id)));
  judgeProcess({ inbox, decisions: decisions as readonly RecordedEvent<DecisionData>[] }, stored);
}
