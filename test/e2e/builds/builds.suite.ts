import { setImmediate as nextTurn } from 'node:timers/promises';
import type { INestApplicationContext, Type } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EventStore, GroupQueue, ProjectionMaintenance, Projections, type StorageAdapter } from '../../../lib/index.js';
import { appWith, start, stream } from '../../support/apps.js';
import { Added, acme } from '../../support/counter-app.js';
import { collect } from '../../support/collect.js';
import { eventually } from '../../support/eventually.js';
import { keepingStorage } from '../../support/keeping-storage.js';
import { keyed } from '../../support/keyed-release.js';
import { type Gate, gate } from '../../support/gate.js';
import { gatedLog } from '../../support/gated-log.js';
import { FATAL_AMOUNT, visits, type VisitsRelease } from '../../support/visits-app.js';

const COUNTERS = 40;
const EVENTS_EACH = 3;
const READ_BEFORE_THE_GATE = 20;
const TIMEOUT_MS = 30_000;
const tenant = { tenantId: acme };
const ids = Array.from({ length: COUNTERS }, (_, index) => `c${index + 10}`);

/** A backend that outlives applications. */
export interface Backend {
  readonly name: string;
  start?(): Promise<void>;
  /** An empty one. */
  open(): Promise<StorageAdapter>;
  stop?(): Promise<void>;
}

/** What building a version keeps on a backend. */
export function buildsSuite(backend: Backend): void {
  describe(`a version of a projection on ${backend.name}`, () => {
    beforeAll(async () => backend.start?.());
    afterAll(async () => backend.stop?.());

    const boot = (
      providers: Type[],
      eventStore: StorageAdapter,
      rebuilds: Readonly<Record<string, number>> = {},
    ): Promise<INestApplicationContext> => start(appWith(providers, { eventStore, rebuilds }));

    async function append(app: INestApplicationContext, id: string, ...amounts: number[]): Promise<void> {
      await app.get(EventStore).append(
        stream(id),
        amounts.map((amount) => ({ data: Added.of(amount) })),
      );
    }

    async function history(app: INestApplicationContext): Promise<void> {
      await Promise.all(ids.map((id) => append(app, id, ...Array.from({ length: EVENTS_EACH }, () => 1))));
    }

    const list = async (app: INestApplicationContext, { fold }: VisitsRelease) => {
      const { items, total, complete } = await app.get(Projections).list(fold, { ...tenant, limit: 100 });
      return { total, complete, releases: [...new Set(items.map(({ state }) => state.release))], items };
    };
    const records = async (app: INestApplicationContext, { map }: VisitsRelease, id: string) =>
      (await app.get(Projections).records(map, id, tenant)).map(({ record }) => record.release);

    const complete = (app: INestApplicationContext, release: VisitsRelease): Promise<void> =>
      eventually(async () => {
        const { releases, total } = await list(app, release);
        expect([releases, total]).toEqual([[2], COUNTERS]);
        expect((await app.get(ProjectionMaintenance).builds()).map(({ status }) => status)).toEqual([
          'complete',
          'complete',
        ]);
      }, TIMEOUT_MS);

    /** An application of the second release whose builds stand still after some rows. */
    async function second(
      release: VisitsRelease,
      adapter: StorageAdapter,
    ): Promise<{ app: INestApplicationContext; halt: Gate; rows: () => number }> {
      const gated = gatedLog(adapter);
      const halt = gate();
      gated.watch.onRow = async () => {
        if (gated.watch.rows >= READ_BEFORE_THE_GATE) await halt.opened;
      };
      const app = await boot(release.providers, gated);
      await eventually(() => expect(gated.watch.rows).toBe(READ_BEFORE_THE_GATE), TIMEOUT_MS);
      return { app, halt, rows: () => gated.watch.rows };
    }

    it('is built in silence while reads go on from the one before, and all switch at once', async () => {
      const adapter = await backend.open();
      const told: string[] = [];
      const [one, two] = [visits(1), visits(2, told)];
      const first = await boot(one.providers, adapter);
      await history(first);
      await eventually(async () => {
        const [{ total, items }, last] = [await list(first, one), await records(first, one, ids.at(-1)!)];
        expect([total, last.length]).toEqual([COUNTERS, EVENTS_EACH]);
        expect(items.every(({ state }) => state.events === EVENTS_EACH)).toBe(true);
      }, TIMEOUT_MS);
      await first.close();

      const { app, halt } = await second(two, adapter);
      const projections = app.get(Projections);
      expect(await list(app, two)).toMatchObject({ total: COUNTERS, complete: true, releases: [1] });
      expect(await projections.get(two.fold, ids[0]!, tenant)).toEqual({ release: 1, events: 3, total: 3 });
      expect(await records(app, two, ids[0]!)).toEqual([1, 1, 1]);

      // Who appends during the build reads what he wrote, and reactors are told of it alone.
      const live = ids.at(-2)!;
      await append(app, live, 5);
      await eventually(async () => {
        expect(await projections.get(two.fold, live, tenant)).toEqual({ release: 2, events: 4, total: 8 });
        expect(told).toEqual([`${live}#4`]);
      }, TIMEOUT_MS);
      expect(await list(app, two)).toMatchObject({ total: COUNTERS, releases: [1] });

      const sampling = new AbortController();
      const seen = new Set<string>();
      const sampler = (async () => {
        while (!sampling.signal.aborted) {
          await nextTurn();
          const page = await list(app, two);
          expect([page.total, page.complete]).toEqual([COUNTERS, true]);
          seen.add(page.releases.join());
          const states = await projections.getMany(two.fold, ids, tenant);
          expect(states.every((state) => state!.events >= EVENTS_EACH)).toBe(true);
        }
      })();
      halt.open();
      await complete(app, two);
      sampling.abort();
      await sampler;
      expect([...seen].every((releases) => releases === '1' || releases === '2')).toBe(true);
      expect(await projections.get(two.fold, ids[0]!, tenant)).toEqual({ release: 2, events: 3, total: 3 });
      expect(await projections.get(two.fold, live, tenant)).toEqual({ release: 2, events: 4, total: 8 });
      expect(await records(app, two, live)).toEqual([2, 2, 2, 2]);
      expect(told).toEqual([`${live}#4`]);
      await app.close();
    });

    it('is read from the log, event by event, where there is none before it', async () => {
      const adapter = await backend.open();
      const told: string[] = [];
      const two = visits(2, told);
      const writer = await boot([], adapter);
      await history(writer);
      await writer.close();

      const { app, halt } = await second(two, adapter);
      const last = ids.at(-1)!;
      expect(await app.get(Projections).get(two.fold, last, tenant)).toEqual({ release: 2, events: 3, total: 3 });
      expect(await app.get(Projections).get(two.fold, 'nobody', tenant)).toBeNull();
      expect(await list(app, two)).toMatchObject({ complete: false });
      halt.open();
      await complete(app, two);
      expect(await list(app, two)).toMatchObject({ total: COUNTERS, complete: true, releases: [2] });
      expect(told).toEqual([]);
      await app.close();
    });

    it('is complete but for the aggregates at which it fails, whose lanes are parked', async () => {
      const adapter = await backend.open();
      const two = visits(2);
      const writer = await boot([], adapter);
      await history(writer);
      await append(writer, 'unlucky', 1, 2, FATAL_AMOUNT, 4);
      await writer.close();

      const app = await boot(two.providers, adapter);
      await eventually(async () => expect(await list(app, two)).toMatchObject({ complete: true }), TIMEOUT_MS);
      expect(await list(app, two)).toMatchObject({ total: COUNTERS + 1, releases: [2] });
      expect(await app.get(Projections).get(two.fold, 'unlucky', tenant)).toEqual({ release: 2, events: 2, total: 3 });
      const { control } = app.get(GroupQueue);
      expect((await control.parkedLanes()).map(({ lane }) => lane.id)).toEqual(['unlucky']);

      await control.skipJob((await control.parkedLanes())[0]!.lane, { by: 'ann', reason: 'unlucky' });
      await eventually(
        async () =>
          expect(await app.get(Projections).get(two.fold, 'unlucky', tenant)).toEqual({
            release: 2,
            events: 3,
            total: 7,
          }),
        TIMEOUT_MS,
      );
      await app.close();
    });

    it('says how far it has come', async () => {
      const adapter = await backend.open();
      const two = visits(2);
      const writer = await boot([], adapter);
      await history(writer);
      await writer.close();

      const { app, halt } = await second(two, adapter);
      const figures = async () => app.get(ProjectionMaintenance).builds();
      const total = { totalEvents: COUNTERS * EVENTS_EACH, totalAggregates: COUNTERS };
      expect(await figures()).toMatchObject([
        { projection: 'visit_records', kind: 'map', status: 'waiting', events: 0 },
        { projection: 'visits', kind: 'fold', version: 2, status: 'reading', ...total },
      ]);
      halt.open();
      await complete(app, two);
      const all = { events: COUNTERS * EVENTS_EACH, aggregates: COUNTERS, remainingEvents: 0, remainingMs: 0 };
      expect(await figures()).toMatchObject([
        { projection: 'visit_records', status: 'complete', ...total, ...all },
        { projection: 'visits', status: 'complete', ...total, ...all },
      ]);
      await app.close();
    });

    it('is built anew from the same code, in silence, as often as forRoot() says', async () => {
      const adapter = await backend.open();
      const told: string[] = [];
      const one = visits(1, told);
      const first = await boot(one.providers, adapter);
      await history(first);
      await eventually(() => expect(told).toHaveLength(COUNTERS * EVENTS_EACH), TIMEOUT_MS);
      await first.close();

      const app = await boot(one.providers, adapter, { visits: 2, visit_records: 1 });
      const maintenance = app.get(ProjectionMaintenance);
      await eventually(async () => {
        expect(await maintenance.builds()).toMatchObject([
          { projection: 'visit_records', version: 2, status: 'complete', events: COUNTERS * EVENTS_EACH },
          { projection: 'visits', version: 3, status: 'complete', events: COUNTERS * EVENTS_EACH },
        ]);
      }, TIMEOUT_MS);
      expect(await list(app, one)).toMatchObject({ total: COUNTERS, complete: true });
      expect(await records(app, one, ids[0]!)).toEqual([1, 1, 1]);
      expect(told).toHaveLength(COUNTERS * EVENTS_EACH);
      await app.close();
    });

    it('is retired, when another one is active and nobody runs it, with all that is left of it', async () => {
      const adapter = await backend.open();
      const [one, two] = [visits(1), visits(2)];
      const old = await boot(one.providers, adapter);
      await history(old);
      await append(old, 'late', 1);
      await eventually(async () => {
        expect(await list(old, one)).toMatchObject({ total: COUNTERS + 1 });
        expect(await records(old, one, 'late')).toEqual([1]);
      }, TIMEOUT_MS);
      const code = (error: unknown) => (error as { code: string }).code;
      const retire = (app: INestApplicationContext, projection: string, version: number) =>
        app.get(ProjectionMaintenance).retire(projection, version).catch(code);
      expect(await retire(old, 'visits', 1)).toBe('VERSION_ACTIVE');
      await old.close();
      const built = await boot(two.providers, adapter);
      await eventually(async () => expect(await list(built, two)).toMatchObject({ releases: [2] }), TIMEOUT_MS);
      await eventually(async () => expect(await records(built, two, 'late')).toEqual([2]), TIMEOUT_MS);
      await built.close();
      const again = await boot(one.providers, adapter);
      expect(await retire(again, 'visits', 1)).toBe('VERSION_IN_USE');
      expect(await list(again, one)).toMatchObject({ total: COUNTERS + 1 });
      await again.close();

      const app = await boot(two.providers, adapter);
      expect(await retire(app, 'visits', 2)).toBe('VERSION_ACTIVE');
      expect(await retire(app, 'visits', 0)).toBe('INVALID_ARGUMENT');
      const maintenance = app.get(ProjectionMaintenance);
      const events = COUNTERS * EVENTS_EACH + 1;
      expect(await maintenance.retire(two.fold, 1)).toEqual({ jobs: 0, rows: COUNTERS + 1, records: 0 });
      expect(await maintenance.retire('visit_records', 1)).toEqual({ jobs: 0, rows: 0, records: events });
      expect(await maintenance.retire('visits', 1)).toEqual({ jobs: 0, rows: 0, records: 0 });
      expect(await list(app, two)).toMatchObject({ total: COUNTERS + 1, releases: [2], complete: true });
      expect(await records(app, two, 'late')).toEqual([2]);
      expect((await maintenance.builds()).map(({ projection, version }) => `${projection}@${version}`)).toEqual([
        'visit_records@2',
        'visits@2',
      ]);
      await app.close();
    });

    it('is retired with the cursors of durable reactors on its links', async () => {
      const [told, adapter] = [[] as string[], keepingStorage(await backend.open())];
      const [one, two] = [keyed(1, told), keyed(2, told)];
      const reached = async (version: number): Promise<readonly number[]> => {
        const rows = await collect(adapter.storage.projections.sequences('$reactors:tell_keyed', version));
        return rows.map(({ sequence }) => sequence);
      };
      const first = await boot(one.providers, adapter);
      await append(first, 'c1', 1, 2);
      await eventually(async () => expect(await reached(1)).toEqual([2]), TIMEOUT_MS);
      await first.close();

      const app = await boot(two.providers, adapter);
      await append(app, 'c2', 3);
      const maintenance = app.get(ProjectionMaintenance);
      await eventually(async () => {
        expect((await maintenance.builds()).map(({ status }) => status)).toEqual(['complete']);
        expect(await app.get(Projections).get(two.fold, 'all', tenant)).toEqual({ total: 6 });
        expect(await reached(2)).toEqual([3]);
      }, TIMEOUT_MS);
      expect(await reached(1)).toEqual([2]);
      expect(await maintenance.retire('keyed', 1)).toMatchObject({ rows: 1 });
      expect([await reached(1), await reached(2)]).toEqual([[], [3]]);
      const before = told.length;
      await append(app, 'c3', 4);
      await eventually(async () => expect(await reached(2)).toEqual([4]), TIMEOUT_MS);
      expect(told.slice(before)).toEqual(['c3#1']);
      await app.close();
    });

    it('is not built again at a later start, and never given up for one before it', async () => {
      const adapter = await backend.open();
      const [one, two] = [visits(1), visits(2)];
      const writer = await boot([], adapter);
      await history(writer);
      await writer.close();
      const built = await boot(two.providers, adapter);
      await complete(built, two);
      await built.close();

      const gated = gatedLog(adapter);
      const old = await boot(one.providers, gated);
      // Its own rows are what it lacks, and it reads no others.
      await eventually(async () => {
        expect(await list(old, one)).toMatchObject({ total: COUNTERS, releases: [1], complete: true });
      }, TIMEOUT_MS);
      await old.close();
      const app = await boot(two.providers, gated);
      expect(await list(app, two)).toMatchObject({ total: COUNTERS, releases: [2], complete: true });
      expect(gated.watch.rows).toBe(0);
      await app.close();
    });
  });
}
