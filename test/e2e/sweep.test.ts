import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { clickhouse } from '../../lib/clickhouse.js';
import { redisQueue } from '../../lib/redis.js';
import { EventStore, GroupQueue, type ProcessRole, Projections } from '../../lib/index.js';
import { appWith, start, stream } from '../support/apps.js';
import { newDatabaseName, startTestClickHouse } from '../support/clickhouse-server.js';
import { compile, type Compiled } from '../support/compile.js';
import { Added, Additions, acme, Notify, Seen, Totals } from '../support/counter-app.js';
import { eventually } from '../support/eventually.js';
import { tamperedMemory } from '../support/memories.js';
import { startTestPostgres, type TestPostgres } from '../support/postgres-server.js';
import { startTestRedis, type TestRedis } from '../support/redis-server.js';
import { REACTIONS, roleApp, type RoleSettings } from '../support/role-app.js';
import { RoleProcess } from '../support/role-process.js';

const SWEEP_MS = 500;
const LEASE_MS = 1_000;
const SETTLE_MS = 45_000;
const PROCESS_TIMEOUT_MS = 60_000;

const additions = (...amounts: number[]) => amounts.map((amount) => ({ data: Added.of(amount) }));

/** All that follows from the additions has come, and counts each of them once. */
async function expectWhole(app: INestApplicationContext, id: string, amounts: readonly number[]): Promise<void> {
  await eventually(async () => {
    const projections = app.get(Projections);
    const total = amounts.reduce((sum, amount) => sum + amount, 0);
    const item = await projections.getItem(Totals, id, { tenantId: acme });
    expect(item).toMatchObject({ sequence: amounts.length, state: { total, events: amounts.length } });
    const records = await projections.records(Additions, id, { tenantId: acme });
    expect(records.map(({ record }) => record.amount)).toEqual(amounts);
    expect(await app.get(EventStore).undispatched({ olderThanMs: 0, limit: 10 })).toEqual([]);
  }, SETTLE_MS);
}

describe('processes', () => {
  let compiled: { readonly role: Compiled; readonly dying: Compiled };
  let server: TestPostgres;
  let redis: TestRedis;
  let settings: RoleSettings;
  let processes: RoleProcess[];
  let apps: INestApplicationContext[];

  beforeAll(async () => {
    const [role, dying] = [await compile('test/support/role-main.ts'), await compile('test/support/dying-main.ts')];
    compiled = { role, dying };
    [server, redis] = await Promise.all([startTestPostgres(), startTestRedis()]);
  });
  afterAll(() => Promise.all([compiled.role.remove(), compiled.dying.remove(), server.stop(), redis.stop()]));

  beforeEach(async () => {
    await redis.flush();
    const postgresUrl = await server.createDatabase();
    settings = { postgresUrl, redisPort: redis.port, leaseMs: LEASE_MS, sweepIntervalMs: SWEEP_MS };
    processes = [];
    apps = [];
  });
  afterEach(async () => {
    await Promise.all(processes.map((one) => one.end('SIGKILL')));
    for (const app of apps) await app.close();
  });

  async function spawned(role: ProcessRole): Promise<void> {
    processes.push(await RoleProcess.start(compiled.role, role, settings));
  }

  async function webHere(): Promise<INestApplicationContext> {
    const app = await NestFactory.createApplicationContext(roleApp('web', settings), { logger: false });
    apps.push(app);
    return app;
  }

  async function expectReactions(id: string, amounts: readonly number[]): Promise<void> {
    const wanted = amounts.map((_, index) => `${id}#${index + 1}`);
    await eventually(async () => expect(await redis.client.lrange(REACTIONS, 0, -1)).toEqual(wanted), SETTLE_MS);
  }

  it('what a process appended and was killed before it staged reaches everything, once, without a restart', async () => {
    await Promise.all([spawned('worker'), spawned('worker')]);
    const web = await webHere();
    const main = join(compiled.dying.path, 'test/support/dying-main.js');
    const child = spawn(process.execPath, [main, JSON.stringify(settings), 'c1', '1', '2', '13'], {
      stdio: 'inherit',
      timeout: PROCESS_TIMEOUT_MS,
      killSignal: 'SIGTERM',
    });
    const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
    expect(signal).toBe('SIGKILL');
    await expectWhole(web, 'c1', [1, 2, 13]);
    await expectReactions('c1', [1, 2, 13]);
    // The next sweeps find nothing more.
    await delay(SWEEP_MS * 3);
    await expectWhole(web, 'c1', [1, 2, 13]);
    await expectReactions('c1', [1, 2, 13]);
  });

  it('what a web process could not stage, because the queue was away, heals when it is back with nothing', async () => {
    await spawned('worker');
    const web = await webHere();
    const events = web.get(EventStore);
    await redis.kill();
    try {
      await expect(events.append(stream('c1'), additions(1, 2))).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE' });
      expect(await events.head(stream('c1'))).toBe(2);
    } finally {
      await redis.start();
    }
    await expectWhole(web, 'c1', [1, 2]);
    await expectReactions('c1', [1, 2]);
  });
});

it('on ClickHouse, with its list of undispatched streams in Redis, a worker heals what another process left', async () => {
  const [server, redis] = await Promise.all([startTestClickHouse(), startTestRedis()]);
  try {
    const { url, username, password } = server;
    const connection = { host: redis.host, port: redis.port };
    const database = newDatabaseName();
    const process = (role: ProcessRole): Promise<INestApplicationContext> =>
      start(
        appWith([Totals, Additions, Notify, Seen], {
          role,
          eventStore: clickhouse({ url, username, password, database, redis: connection }),
          queue: redisQueue({ connection, leaseMs: LEASE_MS }),
          sweepIntervalMs: SWEEP_MS,
        }),
      );
    const [web, worker] = [await process('web'), await process('worker')];
    web.get(GroupQueue).stage = () => Promise.reject(new Error('away'));
    await expect(web.get(EventStore).append(stream('c1'), additions(1, 2))).rejects.toThrow('away');
    await expectWhole(web, 'c1', [1, 2]);
    await eventually(() => expect(worker.get(Seen).reactions.map(({ sequence }) => sequence)).toEqual([1, 2]));
    await Promise.all([web.close(), worker.close()]);
  } finally {
    await Promise.all([server.stop(), redis.stop()]);
  }
});

describe('one process, all in memory', () => {
  it('heals what it could not stage', async () => {
    const app = await start(appWith([Totals, Additions, Notify, Seen], { sweepIntervalMs: 50 }));
    const [events, queue] = [app.get(EventStore), app.get(GroupQueue)];
    const stage = queue.stage.bind(queue);
    queue.stage = () => Promise.reject(new Error('away'));
    await expect(events.append(stream('c1'), additions(1, 2))).rejects.toThrow('away');
    queue.stage = stage;
    await expectWhole(app, 'c1', [1, 2]);
    await eventually(() => expect(app.get(Seen).reactions.map(({ sequence }) => sequence)).toEqual([1, 2]));
  });

  it('counts nothing twice, however often it stages what was staged', async () => {
    let refused = 0;
    const eventStore = tamperedMemory(({ events }) => {
      const dispatched = events.dispatched.bind(events);
      // Neither the append nor the first sweeps can tell that they have staged.
      events.dispatched = async (ranges) => {
        if ((refused += 1) <= 5) throw new Error('away');
        await dispatched(ranges);
      };
    });
    const app = await start(appWith([Totals, Additions, Notify, Seen], { eventStore, sweepIntervalMs: 50 }));
    await app.get(EventStore).append(stream('c1'), additions(1, 2));
    await expectWhole(app, 'c1', [1, 2]);
    expect(refused).toBeGreaterThan(5);
    await app.get(GroupQueue).drain();
    await expectWhole(app, 'c1', [1, 2]);
    expect(app.get(Seen).reactions.map(({ sequence }) => sequence)).toEqual([1, 2]);
  });
});
