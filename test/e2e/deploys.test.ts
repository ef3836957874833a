import { type INestApplicationContext, Logger, type Provider } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { clickhouse } from '../../lib/clickhouse.js';
import { EventStore, GroupQueue, Projections } from '../../lib/index.js';
import { PoolConnection } from '../../lib/postgres/pool-connection.js';
import { schemaNames } from '../../lib/postgres/schema-names.js';
import { PostgresProjectionStore } from '../../lib/projections/stores/postgres/postgres-projection-store.js';
import { redisQueue } from '../../lib/redis.js';
import { appWith, start, stream } from '../support/apps.js';
import { newDatabaseName, startTestClickHouse } from '../support/clickhouse-server.js';
import { collect } from '../support/collect.js';
import { Added, acme, Additions, Notify, Seen, Totals } from '../support/counter-app.js';
import { eventually } from '../support/eventually.js';
import { AddedCents, newerEventsApp } from '../support/newer-events.js';
import { Names, NextTotals, NotifyNext, Renamed } from '../support/next-release.js';
import { RoleFleet } from '../support/role-fleet.js';
import type { RoleProcess } from '../support/role-process.js';

const LEASE_MS = 1_000;
const SETTLE_TIMEOUT_MS = 45_000;
/** Kept every 100 ms. */
const SHORT_ROUTES_MS = 1_000;
const COUNTERS = ['c0', 'c1', 'c2', 'c3'];
const COMMANDS = 240;
const IN_FLIGHT = 16;

const fleet = new RoleFleet(LEASE_MS);
let connection: PoolConnection;
/** As they are stored, whatever version reads are answered from. */
let rows: PostgresProjectionStore;
beforeEach(async () => {
  connection = await PoolConnection.open({ connectionString: fleet.settings.postgresUrl });
  rows = new PostgresProjectionStore(connection, schemaNames('event_sourcing'));
});
afterEach(() => connection.close());

const append = (app: INestApplicationContext, id: string, data: object): Promise<unknown> =>
  app.get(EventStore).append(stream(id), [{ data }]);

const sum = (amounts: readonly number[]): number => amounts.reduce((total, amount) => total + amount, 0);

async function states(projection: string, version: number, ids: readonly string[]): Promise<readonly unknown[]> {
  const found = await rows.load(ids.map((id) => ({ tenantId: acme, projection, version, id })));
  return found.map((row) => row?.state);
}

/** The projections of both releases hold what the log says. @returns all amounts that are there */
async function expectBoth(
  old: INestApplicationContext,
  next: INestApplicationContext,
  ids: readonly string[],
): Promise<readonly number[]> {
  let all: number[] = [];
  await eventually(async () => {
    all = [];
    for (const id of ids) {
      const log = await collect(old.get(EventStore).read(stream(id)));
      const amounts = log.flatMap(({ data }) => (data instanceof Added ? [data.amount] : []));
      const names = log.flatMap(({ data }) => (data instanceof Renamed ? [data.name] : []));
      all.push(...amounts);
      expect(await states('totals', 1, [id])).toEqual([{ total: sum(amounts), events: amounts.length }]);
      expect(await states('totals', 2, [id])).toEqual([{ total: sum(amounts), largest: Math.max(...amounts) }]);
      const of = { tenantId: acme, limit: 1_000 };
      const additions = await old.get(Projections).records(Additions, id, of);
      expect(additions.map(({ record }) => record.amount)).toEqual(amounts);
      const renames = await next.get(Projections).records(Names, id, of);
      expect(renames.map(({ record }) => record.name)).toEqual(names);
    }
    const parities = [0, 1].map((parity) => all.filter((amount) => amount % 2 === parity));
    expect(await states('parities', 1, ['even', 'odd'])).toEqual(
      parities.map((some) => (some.length > 0 ? { total: sum(some), events: some.length } : undefined)),
    );
  }, SETTLE_TIMEOUT_MS);
  return all;
}

const waiting = async (app: INestApplicationContext, component: string): Promise<number> =>
  (await app.get(GroupQueue).control.usageByComponent()).get(component)?.jobs ?? 0;

it('what a process of either release appends reaches the projections of both', async () => {
  const old = await fleet.boot('worker');
  await append(old, 'c', Added.of(1));
  await append(old, 'c', Renamed.of('before'));
  const next = await fleet.boot('worker', { release: 'next' });
  await append(old, 'c', Added.of(2));
  await append(next, 'c', Added.of(4));
  await append(next, 'd', Added.of(16));
  // Nothing of the old release lists it, so it stages nothing of its own.
  await append(old, 'd', Renamed.of('after'));
  await append(old, 'd', Added.of(8));
  await append(old, 'c', Renamed.of('last'));
  await expectBoth(old, next, ['c', 'd']);
});

it('a web process of the old release stages for the new one, whose workers come later, and the other way round', async () => {
  const [old, next] = [await fleet.boot('web'), await fleet.boot('web', { release: 'next' })];
  await append(old, 'c', Added.of(1));
  await append(next, 'c', Added.of(2));
  await fleet.spawn('worker', { release: 'next' });
  await append(old, 'c', Added.of(4));
  await fleet.spawn('worker');
  await append(old, 'd', Added.of(8));
  await append(next, 'd', Added.of(16));
  await append(old, 'c', Renamed.of('new'));
  await expectBoth(old, next, ['c', 'd']);
});

/** Sends commands to these processes in turn, and calls `inTheMiddle` half-way. */
async function send(webs: readonly RoleProcess[], inTheMiddle: () => Promise<void>): Promise<void> {
  let sent = 0;
  let middle: Promise<void> | undefined;
  const sender = async (): Promise<void> => {
    while (sent < COMMANDS) {
      const amount = (sent += 1);
      if (amount === COMMANDS / 2) middle = inTheMiddle();
      const counterId = COUNTERS[amount % COUNTERS.length]!;
      await webs[amount % webs.length]!.execute({ counterId, amount, commandId: `command-${amount}` });
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, sender));
  await middle;
}

it('a rolling deploy under load: workers of the old release end and are killed, those of the new one come', async () => {
  const [old, next] = [await fleet.boot('web'), await fleet.boot('web', { release: 'next' })];
  const failed = vi.spyOn(Logger.prototype, 'error');
  const [first, second] = [await fleet.spawn('worker'), await fleet.spawn('worker')];
  const webs = [await fleet.spawn('web'), await fleet.spawn('web', { release: 'next' })];
  await send(webs, async () => {
    await fleet.spawn('worker', { release: 'next' });
    await first.end('SIGKILL');
    await fleet.spawn('worker', { release: 'next' });
  });
  const amounts = await expectBoth(old, next, COUNTERS);
  await second.end('SIGTERM');
  expect(amounts.toSorted((a, b) => a - b)).toEqual(Array.from({ length: COMMANDS }, (_, index) => index + 1));
  const { parkedLanes, deadLetters } = await old.get(GroupQueue).depth();
  expect([parkedLanes, deadLetters]).toEqual([0, 0]);
  expect(failed).not.toHaveBeenCalled();
});

it('on ClickHouse as well', async () => {
  const server = await startTestClickHouse();
  try {
    const { url, username, password } = server;
    const redis = { host: '127.0.0.1', port: fleet.settings.redisPort };
    const database = newDatabaseName();
    const boot = (providers: Provider[]): Promise<INestApplicationContext> =>
      start(
        appWith(providers, {
          role: 'worker',
          eventStore: clickhouse({ url, username, password, database, redis }),
          queue: redisQueue({ connection: redis, leaseMs: LEASE_MS }),
        }),
      );
    const old = await boot([Totals, Notify, Seen]);
    await append(old, 'c', Added.of(1));
    const next = await boot([NextTotals, NotifyNext, Seen]);
    await Promise.all([append(old, 'c', Added.of(2)), append(next, 'c', Added.of(4))]);
    // Reactors follow the rows that are saved.
    for (const app of [old, next]) {
      await eventually(() => {
        const sequences = app.get(Seen).reactions.map(({ sequence }) => sequence);
        expect(new Set(sequences.filter((sequence) => sequence > 1))).toEqual(new Set([2, 3]));
      }, SETTLE_TIMEOUT_MS);
    }
    await Promise.all([old.close(), next.close()]);
  } finally {
    await server.stop();
  }
});

it('nothing more is staged for a release some time after its last worker was killed', async () => {
  const next = await fleet.boot('worker', { release: 'next', routesKeptMs: SHORT_ROUTES_MS });
  const old = await fleet.spawn('worker', { routesKeptMs: SHORT_ROUTES_MS });
  await append(next, 'c', Added.of(1));
  await eventually(async () => expect(await states('totals', 1, ['c'])).toEqual([{ total: 1, events: 1 }]));
  await old.end('SIGKILL');
  let amount = 1;
  await eventually(async () => {
    const before = await waiting(next, 'fold:totals%401');
    await append(next, 'c', Added.of((amount += 1)));
    expect(await waiting(next, 'fold:totals%401')).toBe(before);
  });
  const left = await waiting(next, 'fold:totals%401');
  for (let more = 0; more < 20; more += 1) await append(next, 'c', Added.of((amount += 1)));
  expect(await waiting(next, 'fold:totals%401')).toBe(left);
  // What it missed is found when it is back.
  const back = await fleet.boot('worker', { routesKeptMs: SHORT_ROUTES_MS });
  await expectBoth(back, next, ['c']);
  await eventually(async () => expect(await waiting(next, 'fold:totals%401')).toBe(0));
});

it('what is appended right after Redis has lost everything reaches both', async () => {
  const old = await fleet.boot('worker', { routesKeptMs: SHORT_ROUTES_MS });
  const next = await fleet.boot('worker', { release: 'next', routesKeptMs: SHORT_ROUTES_MS });
  await append(old, 'c', Added.of(1));
  await expectBoth(old, next, ['c']);
  await fleet.redis.flush();
  await Promise.all([append(old, 'c', Added.of(2)), append(next, 'd', Added.of(4))]);
  await append(old, 'd', Renamed.of('lost'));
  await expectBoth(old, next, ['c', 'd']);
});

it('an event of a newer version is handed back by the old release, and counts once in the new one', async () => {
  const old = await fleet.boot('worker');
  await append(old, 'c', Added.of(1));
  await eventually(async () => expect(await states('totals', 1, ['c'])).toEqual([{ total: 1, events: 1 }]));
  const booted: INestApplicationContext[] = [];
  const newer = async (role: 'web' | 'worker'): Promise<INestApplicationContext> => {
    const app = await NestFactory.createApplicationContext(newerEventsApp(role, fleet.settings), { logger: false });
    booted.push(app);
    return app;
  };
  try {
    await append(await newer('web'), 'c', AddedCents.of(200));
    await eventually(async () => {
      const failing = await old.get(GroupQueue).control.failingLanes();
      const found = failing.map(({ lane: { kind }, attempts, outages }) => ({ kind, attempts, again: outages > 1 }));
      expect(found.toSorted((one, other) => one.kind.localeCompare(other.kind))).toEqual([
        { kind: 'fold', attempts: 0, again: true },
        { kind: 'map', attempts: 0, again: true },
      ]);
    }, SETTLE_TIMEOUT_MS);
    expect(await old.get(GroupQueue).depth()).toMatchObject({ jobs: 2, parkedLanes: 0, deadLetters: 0 });
    await fleet.close(old);
    const worker = await newer('worker');
    await eventually(
      async () => expect(await states('totals', 1, ['c'])).toEqual([{ total: 3, events: 2 }]),
      SETTLE_TIMEOUT_MS,
    );
    await eventually(
      async () => expect(await worker.get(GroupQueue).depth()).toMatchObject({ jobs: 0 }),
      SETTLE_TIMEOUT_MS,
    );
  } finally {
    for (const app of booted) await app.close();
  }
});
