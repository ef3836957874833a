import type { INestApplicationContext } from '@nestjs/common';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { clickhouse } from '../../../lib/clickhouse.js';
import {
  Clock,
  createTenantId,
  EventStore,
  GroupQueue,
  inProcessQueue,
  LogMaintenance,
  Processes,
  type ProcessStatus,
  type QueueAdapter,
  type RecordedEvent,
  type StorageAdapter,
  type TenantId,
} from '../../../lib/index.js';
import { postgres } from '../../../lib/postgres.js';
import type { DecisionData } from '../../../lib/processes/stream/decision.event.js';
import { inboxStream, processStream } from '../../../lib/processes/stream/process-streams.js';
import { redisQueue } from '../../../lib/redis.js';
import { Alarms, alarmsApp, AlarmSet, alarmStream } from '../../support/alarms-app.js';
import { start } from '../../support/apps.js';
import { newDatabaseName, startTestClickHouse, type TestClickHouse } from '../../support/clickhouse-server.js';
import { collect } from '../../support/collect.js';
import { acme } from '../../support/counter-app.js';
import { eventually } from '../../support/eventually.js';
import { judgeProcess } from '../../support/judge-processes.js';
import { survivingMemory } from '../../support/memories.js';
import { startTestPostgres, type TestPostgres } from '../../support/postgres-server.js';
import { startTestRedis, type TestRedis } from '../../support/redis-server.js';
import { silentLogger } from '../../support/silent-logger.js';
import { ShiftedClock } from '../../support/shifted-clock.js';

const globex = createTenantId('globex');
const SOON_MS = 20;
/** Longer than any test. */
const LATE_MS = 3_600_000;

let postgresServer: TestPostgres;
let clickhouseServer: TestClickHouse;
let redis: TestRedis;
beforeAll(async () => {
  [postgresServer, clickhouseServer, redis] = await Promise.all([
    startTestPostgres(),
    startTestClickHouse(),
    startTestRedis(),
  ]);
});
afterAll(() => Promise.all([postgresServer.stop(), clickhouseServer.stop(), redis.stop()]));

/** Of one log and one queue, which outlive the applications. */
type Adapters = () => { readonly eventStore: StorageAdapter; readonly queue: QueueAdapter };

const inProcess = (): QueueAdapter => inProcessQueue({ drainTimeoutMs: 50 });
const inRedis = (): QueueAdapter => redisQueue({ connection: { host: redis.host, port: redis.port } });

const SET_UPS: readonly (readonly [string, () => Promise<Adapters>])[] = [
  [
    'memory',
    async () => {
      const eventStore = survivingMemory();
      return () => ({ eventStore, queue: inProcess() });
    },
  ],
  [
    'PostgreSQL and Redis',
    async () => {
      const connectionString = await postgresServer.createDatabase();
      return () => ({ eventStore: postgres({ connectionString }), queue: inRedis() });
    },
  ],
  [
    'ClickHouse',
    async () => {
      const { url, username, password } = clickhouseServer;
      const database = newDatabaseName();
      const eventStore = () => clickhouse({ url, username, password, database, singleWriter: true });
      return () => ({ eventStore: eventStore(), queue: inProcess() });
    },
  ],
  [
    'ClickHouse and Redis',
    async () => {
      const { url, username, password } = clickhouseServer;
      const options = { url, username, password, database: newDatabaseName() };
      const arbiter = { host: redis.host, port: redis.port };
      return () => ({ eventStore: clickhouse({ ...options, redis: arbiter }), queue: inRedis() });
    },
  ],
];

describe.each(SET_UPS)('processes on %s', (_, create) => {
  let adapters: Adapters;
  beforeEach(async () => {
    await redis.flush();
    adapters = await create();
  });

  const boot = (clock = new ShiftedClock()): Promise<INestApplicationContext> =>
    start(alarmsApp(adapters()), (builder) => builder.setLogger(silentLogger).overrideProvider(Clock).useValue(clock));
  const set = (app: INestApplicationContext, id: string, rings: number, everyMs: number, tenantId = acme) =>
    app.get(EventStore).append(alarmStream(id, tenantId), [{ data: AlarmSet.of(rings, everyMs) }]);
  const status = (
    app: INestApplicationContext,
    id: string,
    tenantId = acme,
  ): Promise<ProcessStatus<object> | undefined> => app.get(Processes).get(Alarms, id, { tenantId });
  const isScheduled = (app: INestApplicationContext, id: string): Promise<void> =>
    eventually(async () => expect((await status(app, id))?.wakeUps.size).toBe(2));
  const hasEnded = (app: INestApplicationContext, id: string, tenantId = acme): Promise<void> =>
    eventually(async () => expect(await status(app, id, tenantId)).toMatchObject({ state: null, commandsUnderWay: 0 }));

  async function judge(app: INestApplicationContext, id: string, rings: number, tenantId: TenantId = acme) {
    const store = app.get(EventStore);
    const stored = await collect(store.read(alarmStream(id, tenantId)));
    expect(stored.map(({ type }) => type)).toEqual(['alarm.set', ...Array<string>(rings).fill('alarm.rang')]);
    const inbox = await collect(store.read(inboxStream('alarms', tenantId, id)));
    const decisions = await collect(store.read(processStream('alarms', tenantId, id)));
    judgeProcess({ inbox, decisions: decisions as readonly RecordedEvent<DecisionData>[] }, stored);
  }

  it('are told what is due, and go on where they were when the application stops, whatever its queue forgets', async () => {
    const first = await boot();
    await set(first, 'a', 3, SOON_MS);
    await hasEnded(first, 'a');
    await judge(first, 'a', 3);
    const clock = new ShiftedClock();
    await set(first, 'b', 2, LATE_MS);
    await isScheduled(first, 'b');
    await first.close();
    await redis.flush();
    clock.aheadMs = 3 * LATE_MS;
    const second = await boot(clock);
    await eventually(async () => expect(await status(second, 'b')).toMatchObject({ state: { rung: 1 } }));
    await judge(second, 'a', 3);
  });

  it('are told nothing early, whatever the clock of the queue says', async () => {
    const clock = new ShiftedClock();
    const app = await boot(clock);
    await set(app, 'a', 1, 500);
    await isScheduled(app, 'a');
    clock.aheadMs = -1_000;
    await hasEnded(app, 'a');
    await judge(app, 'a', 1);
  });

  it('are forgotten with their tenant, whose next one of the same name begins anew', async () => {
    const [app, other] = [await boot(), adapters().queue.shared ? await boot() : undefined];
    const apps = other ? [app, other] : [app];
    for (const tenantId of [acme, globex]) {
      for (const id of ['done', 'waits']) await set(app, id, 1, id === 'done' ? SOON_MS : LATE_MS, tenantId);
      await hasEnded(app, 'done', tenantId);
    }
    await isScheduled(app, 'waits');
    // So that it remembers what it will have to forget.
    for (const one of apps) expect(await status(one, 'waits')).toMatchObject({ sequence: 1 });
    await app.get(LogMaintenance).forgetTenant(acme);
    for (const one of apps) {
      expect(await status(one, 'done')).toBeUndefined();
      expect(await status(one, 'done', globex)).toMatchObject({ state: null });
    }
    const left = await app.get(GroupQueue).control.usageByTenant();
    expect([...left.keys()]).toEqual([globex]);
    const store = app.get(EventStore);
    for (const of of [inboxStream, processStream])
      expect(await collect(store.read(of('alarms', acme, 'done')))).toEqual([]);

    for (const id of ['done', 'waits']) await set(app, id, 2, SOON_MS);
    for (const id of ['done', 'waits']) await hasEnded(app, id);
    for (const id of ['done', 'waits']) await judge(app, id, 2);
    await judge(app, 'done', 1, globex);
  });
});
