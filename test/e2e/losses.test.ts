import { setTimeout as delay } from 'node:timers/promises';
import { type INestApplicationContext } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { clickhouse } from '../../lib/clickhouse.js';
import { EventStore, GroupQueue, ProjectionMaintenance, type ProcessRole, Projections } from '../../lib/index.js';
import { postgres } from '../../lib/postgres.js';
import { SharedRecord } from '../../lib/runtime/reconciliation/shared-record.js';
import type { StorageAdapter } from '../../lib/storage/storage.js';
import { appWith, start, stream } from '../support/apps.js';
import { newDatabaseName, startTestClickHouse, type TestClickHouse } from '../support/clickhouse-server.js';
import { collect } from '../support/collect.js';
import { Added, Additions, acme, Totals } from '../support/counter-app.js';
import { eventually } from '../support/eventually.js';
import { startTestPostgres, type TestPostgres } from '../support/postgres-server.js';
import { startTestRedis, type TestRedis } from '../support/redis-server.js';
import { shortRoutesQueue } from '../support/short-routes-queue.js';
import { TcpProxy } from '../support/tcp-proxy.js';

const SWEEP_MS = 500;
const LONG_MS = 600_000;
const ROUTES_KEPT_MS = 36_000_000;
const LEASE_MS = 5_000;
const SETTLE_MS = 60_000;
const COUNTERS = Array.from({ length: 20 }, (_, n) => `c${n}`);
/** Of the fold and of the map. */
const COMPARISONS = 2;
const OPERATOR = { by: 'tester', reason: 'so that jobs wait' };

const ADDED = [{ data: Added.of(1) }, { data: Added.of(2) }];

let clickhouseServer: TestClickHouse;
let postgresServer: TestPostgres;
beforeAll(async () => {
  [clickhouseServer, postgresServer] = await Promise.all([startTestClickHouse(), startTestPostgres()]);
});
afterAll(() => Promise.all([clickhouseServer?.stop(), postgresServer?.stop()]));

describe.each(['postgres', 'clickhouse'] as const)('on %s, over Redis,', (backend) => {
  let redis: TestRedis;
  /** In front of the server; the test itself speaks to the server. */
  let proxy: TcpProxy;
  /** Of the arbiter of ClickHouse, which is apart from the queue in some cases. */
  let arbiter: TestRedis;
  let eventStore: () => StorageAdapter;
  let apps: INestApplicationContext[];
  let comparisons: ReturnType<typeof vi.spyOn>;

  beforeEach(async () => {
    [redis, arbiter] = await Promise.all([startTestRedis({ appendonly: 'yes' }), startTestRedis()]);
    proxy = await TcpProxy.start(redis.port);
    apps = [];
    // What is put on record came to its end.
    comparisons = vi.spyOn(SharedRecord.prototype, 'save');
    await at(proxy.port);
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    for (const app of apps) await app.close();
    await proxy.stop();
    await Promise.all([redis.stop(), arbiter.stop()]);
  });

  /** @param arbiterPort where the arbiter is */
  async function at(arbiterPort: number): Promise<void> {
    if (backend === 'postgres') {
      const connectionString = await postgresServer.createDatabase();
      eventStore = () => postgres({ connectionString });
      return;
    }
    const { url, username, password } = clickhouseServer;
    const database = newDatabaseName();
    eventStore = () =>
      clickhouse({
        ...{ url, username, password, database },
        redis: { port: arbiterPort, reconnectWaitMs: 500 },
        eventStore: { insertDeadlineMs: 1_000, maxInsertMs: 1_000, settleMs: 2_500 },
      });
  }

  async function started(role: ProcessRole, sweepIntervalMs = SWEEP_MS): Promise<INestApplicationContext> {
    const app = await start(
      appWith([Totals, Additions], {
        role,
        eventStore: eventStore(),
        // Nothing is compared because routes were gone: they are not kept again before the test is over.
        queue: shortRoutesQueue(
          { connection: { port: proxy.port, reconnectWaitMs: 500 }, leaseMs: LEASE_MS },
          ROUTES_KEPT_MS,
        ),
        sweepIntervalMs,
      }),
    );
    apps.push(app);
    return app;
  }

  async function crew(): Promise<{ web: INestApplicationContext; workers: readonly INestApplicationContext[] }> {
    const workers = [await started('worker'), await started('worker'), await started('worker')];
    return { web: await started('web'), workers };
  }

  /** Appends to all counters, again and again until it is told to stop; what a server does not take is sent again. */
  function load(web: INestApplicationContext): { stop(): Promise<number> } {
    const stopping = new AbortController();
    let rounds = 0;
    const run = async (): Promise<number> => {
      while (!stopping.signal.aborted) {
        rounds += 1;
        const key = `round-${rounds}`;
        const append = async (id: string): Promise<void> => {
          for (;;) {
            try {
              await web.get(EventStore).append(stream(id), ADDED, { key });
              return;
            } catch (error) {
              expect(error).toMatchObject({ kind: 'transient' });
              await delay(20);
            }
          }
        };
        await Promise.all(COUNTERS.map(append));
      }
      return rounds;
    };
    const running = run();
    return {
      stop: () => {
        stopping.abort();
        return running;
      },
    };
  }

  /** What waits, of which nothing is left on the list of undispatched streams. */
  async function leaveWaiting(web: INestApplicationContext): Promise<void> {
    await web.get(GroupQueue).control.pause({ tenantId: acme }, OPERATOR);
    for (const id of COUNTERS) await web.get(EventStore).append(stream(id), ADDED);
    await eventually(async () => {
      expect(await web.get(EventStore).undispatched({ olderThanMs: 0, limit: 100 })).toEqual([]);
    }, SETTLE_MS);
    expect((await web.get(GroupQueue).depth()).jobs).toBe(COUNTERS.length * COMPARISONS);
  }

  /** Folds and records are what a reduction of the log gives. */
  async function expectWhole(web: INestApplicationContext, ids: readonly string[] = COUNTERS): Promise<void> {
    await eventually(async () => {
      for (const id of ids) {
        const events = await collect(web.get(EventStore).read(stream(id)));
        const amounts = events.map(({ data }) => (data as Added).amount);
        const total = amounts.reduce((sum, amount) => sum + amount, 0);
        const item = await web.get(Projections).getItem(Totals, id, { tenantId: acme });
        expect(item).toMatchObject({ sequence: events.length, state: { total, events: events.length } });
        const records = await web.get(Projections).records(Additions, id, { tenantId: acme });
        expect(records.map(({ record }) => record.amount)).toEqual(amounts);
      }
    }, SETTLE_MS);
  }

  /** Each component was compared with the log since `before`, and some sweeps later not again. */
  async function expectComparedOnce(before: number): Promise<void> {
    const compared = (): number => comparisons.mock.calls.length - before;
    // All may be whole before the last comparison is on record.
    await eventually(() => expect(compared()).toBeGreaterThanOrEqual(COMPARISONS), SETTLE_MS);
    await delay(SWEEP_MS * 4);
    expect(compared()).toBe(COMPARISONS);
  }

  it('compares once at the start of many workers, and again when that is long ago', async () => {
    await Promise.all([started('worker', LONG_MS), started('worker', LONG_MS), started('worker', LONG_MS)]);
    expect(comparisons).toHaveBeenCalledTimes(COMPARISONS);
    await started('worker', 1);
    expect(comparisons).toHaveBeenCalledTimes(COMPARISONS * 2);
  });

  it.each([
    ['is emptied', () => redis.flush()],
    ['is killed and comes back with its append-only file', () => redis.restart('kept')],
    ['is killed and comes back with nothing', () => redis.restart('lost')],
    [
      'is replaced by an empty one',
      async () => {
        await arbiter.flush();
        proxy.retarget(arbiter.port);
      },
    ],
  ])('heals by itself when the server %s, and one worker compares', async (loss, lose) => {
    const { web } = await crew();
    await leaveWaiting(web);
    const before = comparisons.mock.calls.length;
    await lose();
    if (loss.includes('append-only')) {
      await eventually(() => web.get(GroupQueue).control.resume({ tenantId: acme }, OPERATOR), SETTLE_MS);
    }
    await expectWhole(web);
    await expectComparedOnce(before);
    await expectWhole(web);
  });

  it('heals by itself when the server is emptied again and again under load', async () => {
    const { web } = await crew();
    const running = load(web);
    for (let losses = 0; losses < 3; losses += 1) {
      await delay(SWEEP_MS);
      await redis.flush();
    }
    await delay(SWEEP_MS);
    expect(await running.stop()).toBeGreaterThan(1);
    await expectWhole(web);
  });

  it('heals what was appended before the loss by a process that died, and noted only in what was lost', async () => {
    const { web } = await crew();
    web.get(GroupQueue).stage = () => Promise.reject(new Error('dead'));
    await expect(web.get(EventStore).append(stream('c1'), ADDED)).rejects.toThrow('dead');
    await redis.flush();
    await expectWhole(web, ['c1']);
  });

  it('compares the components of one tenant, or all, on demand, in any role', async () => {
    const { web, workers } = await crew();
    await leaveWaiting(web);
    await web.get(GroupQueue).forget(acme);
    await web.get(GroupQueue).control.resume({ tenantId: acme }, OPERATOR);
    const maintenance = web.get(ProjectionMaintenance);
    expect(await maintenance.reconcile({ tenantId: acme })).toBe(COUNTERS.length * COMPARISONS);
    await expectWhole(web);
    expect(await maintenance.reconcile()).toBe(0);
    expect(await workers[0]!.get(ProjectionMaintenance).reconcile({ tenantId: acme })).toBe(0);
    await expect(maintenance.reconcile({ tenantId: '' as never })).rejects.toMatchObject({ code: 'INVALID_TENANT' });
  });

  if (backend === 'clickhouse') {
    it('heals by itself when the server of the arbiter alone is emptied', async () => {
      await at(arbiter.port);
      const { web } = await crew();
      web.get(GroupQueue).stage = () => Promise.reject(new Error('dead'));
      await expect(web.get(EventStore).append(stream('c1'), ADDED)).rejects.toThrow('dead');
      const before = comparisons.mock.calls.length;
      await arbiter.flush();
      await expectWhole(web, ['c1']);
      await expectComparedOnce(before);
    });
  }
});
