import { Controller, Injectable, Module } from '@nestjs/common';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  Clock,
  Consistency,
  consistencyToken,
  createTenantId,
  EventStore,
  getProjectionReaderToken,
  GroupQueue,
  InjectProjection,
  type ListOptions,
  LogMaintenance,
  type PointInTime,
  ProjectionReader,
  Projections,
  TenantContext,
  WiringError,
} from '../../lib/index.js';
import { appWith, start, stream } from '../support/apps.js';
import { Added, Additions, acme, counterApp, Reset, type Total, Totals } from '../support/counter-app.js';
import { eventually } from '../support/eventually.js';
import { survivingMemory } from '../support/memories.js';
import { ManualClock } from '../support/manual-clock.js';
import { order, RevenueByCustomer, shopApp, Sold } from '../support/shop-app.js';
import { silentLogger } from '../support/silent-logger.js';

const tenant = { tenantId: acme };
const other = { tenantId: createTenantId('other') };

@Injectable()
class Dashboard {
  @InjectProjection(Totals)
  readonly again!: ProjectionReader<Total>;

  constructor(@InjectProjection(Totals) readonly totals: ProjectionReader<Total>) {}
}

@Controller()
class TotalsController {
  constructor(@InjectProjection(Totals) readonly totals: ProjectionReader<Total>) {}
}

describe('reading projections', () => {
  let projections: Projections;
  let log: EventStore;

  beforeEach(async () => {
    const app = await start(counterApp());
    projections = app.get(Projections);
    log = app.get(EventStore);
    for (const [id, amounts] of [
      ['a', [1, 2]],
      ['b', [5]],
      ['c', [7]],
    ] as const) {
      await log.append(
        stream(id),
        amounts.map((amount) => ({ data: Added.of(amount) })),
      );
    }
    await log.append(stream('c'), [{ data: new Reset() }]);
    await log.append(stream('a', other.tenantId), [{ data: Added.of(100) }]);
    await eventually(async () => expect(await app.get(GroupQueue).depth()).toMatchObject({ jobs: 0 }));
  });

  it.each<[string, typeof Totals | string]>([
    ['class', Totals],
    ['name', 'totals'],
  ])('gives states by %s, of one tenant', async (_, totals) => {
    expect(await projections.get<Total>(totals, 'a', tenant)).toEqual({ total: 3, events: 2 });
    expect(await projections.getItem(totals, 'a', tenant)).toMatchObject({ id: 'a', sequence: 2 });
    expect(await projections.get(totals, 'a', other)).toEqual({ total: 100, events: 1 });
    expect(await projections.get(totals, 'c', tenant)).toBeNull();
    expect(await projections.has(totals, 'b', tenant)).toBe(true);
    expect(await projections.has(totals, 'c', tenant)).toBe(false);
    expect(await projections.has(totals, 'b', other)).toBe(false);
    expect(await projections.list(totals, tenant)).toMatchObject({ total: 2, items: [{ id: 'a' }, { id: 'b' }] });
    expect(await projections.skipped(totals, 'a', tenant)).toEqual([]);
    expect(await projections.at(totals, 'a', { ...tenant, sequence: 1 })).toMatchObject({ sequence: 1 });
  });

  it('gives many states in the order of their ids, and nothing where there is none', async () => {
    const ids = ['b', 'nobody', 'a', 'c', 'b'];
    const five = { total: 5, events: 1 };
    expect(await projections.getMany(Totals, ids, tenant)).toEqual([five, null, { total: 3, events: 2 }, null, five]);
    expect(await projections.getMany(Totals, ids, other)).toEqual([null, null, { total: 100, events: 1 }, null, null]);
    expect(await projections.getMany(Totals, [], tenant)).toEqual([]);
    const refused = { code: 'INVALID_ARGUMENT', field: 'ids' };
    await expect(projections.getMany(Totals, Array(1_001).fill('a'), tenant)).rejects.toMatchObject(refused);
    await expect(projections.getMany(Totals, 'abc' as never, tenant)).rejects.toMatchObject(refused);
    expect(await projections.getMany(Totals, Array(1_000).fill('b'), tenant)).toHaveLength(1_000);
  });

  it('gives records by name', async () => {
    const [first, second] = await projections.records<{ amount: number }>('additions', 'a', tenant);
    expect([first!.record.amount, second!.record.amount]).toEqual([1, 2]);
  });

  it('pages, from 1', async () => {
    const page = (number: number, size?: number) => projections.list(Totals, { ...tenant, page: { number, size } });
    expect(await page(1, 1)).toMatchObject({ total: 2, items: [{ id: 'a' }] });
    expect(await page(2, 1)).toMatchObject({ total: 2, items: [{ id: 'b' }] });
    expect(await page(3, 1)).toEqual({ total: 2, items: [], complete: true });
    expect((await page(1)).items).toHaveLength(2);
    expect(await projections.list(Totals, { ...tenant, limit: 1, offset: 1 })).toMatchObject({ items: [{ id: 'b' }] });
  });

  it.each<[string, unknown]>([
    ['options.page.number', { page: { number: 0 } }],
    ['options.page.number', { page: { number: 1_002 } }],
    ['options.page.number', { page: null }],
    ['options.page.size', { page: { number: 1, size: 1_001 } }],
    ['options.page', { page: { number: 1 }, limit: 1 }],
    ['options.page', { page: { number: 1 }, offset: 1 }],
    ['query.limit', { limit: 0 }],
  ])('refuses a list with a wrong %s: %j', async (field, part) => {
    const options = { ...tenant, ...(part as object) } as ListOptions;
    await expect(projections.list(Totals, options)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', field });
  });

  it.each<[string, unknown]>([
    ['point', {}],
    ['point', { sequence: 1, time: new Date() }],
    ['point.sequence', { sequence: 0 }],
    ['point.sequence', { sequence: '1' }],
    ['point.time', { time: new Date(Number.NaN) }],
    ['point.time', { time: 5 }],
  ])('refuses a wrong point in time: %s of %j', async (field, given) => {
    const point = given as PointInTime;
    await expect(projections.at(Totals, 'a', { ...tenant, ...point })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      field,
    });
  });

  it('gives the past by sequence and by time, deletions and what is not there included', async () => {
    const at = (id: string, point: PointInTime) => projections.at(Totals, id, { ...tenant, ...point });
    expect((await at('a', { sequence: 1 }))?.state).toEqual({ total: 1, events: 1 });
    expect((await at('a', { sequence: 99 }))?.state).toEqual({ total: 3, events: 2 });
    expect(await at('c', { sequence: 1 })).toMatchObject({ id: 'c', state: { total: 7, events: 1 }, sequence: 1 });
    expect(await at('c', { sequence: 2 })).toBeNull();
    expect(await at('nobody', { sequence: 1 })).toBeNull();
    const { updatedAt } = (await projections.getItem(Totals, 'b', tenant))!;
    expect((await at('b', { time: updatedAt }))?.state).toEqual({ total: 5, events: 1 });
    expect(await at('b', { time: new Date(updatedAt.getTime() - 1) })).toBeNull();
  });

  it('refuses what no module provides, by class and by name', async () => {
    class Unknown extends Totals {}
    for (const nobody of [Unknown, 'additions', 'nobody', undefined as never]) {
      const refused = { code: 'UNKNOWN_PROJECTION' };
      await expect(projections.get(nobody, 'a', tenant)).rejects.toMatchObject(refused);
      await expect(projections.getMany(nobody, [], tenant)).rejects.toMatchObject(refused);
      await expect(projections.has(nobody, 'a', tenant)).rejects.toMatchObject(refused);
      await expect(projections.list(nobody, tenant)).rejects.toMatchObject(refused);
      await expect(projections.at(nobody, 'a', { ...tenant, sequence: 1 })).rejects.toMatchObject(refused);
    }
    await expect(projections.records('totals', 'a', tenant)).rejects.toMatchObject({ code: 'UNKNOWN_PROJECTION' });
    await expect(projections.get('nobody', 'a', tenant)).rejects.toThrow(/No provider .* has the name 'nobody'/);
    expect(() => projections.of(Unknown)).toThrow(/Unknown is no provider with @FoldProjection/);
  });

  it('refuses a call without a tenant, and takes that of the work at hand', async () => {
    await expect(projections.getMany(Totals, ['a'])).rejects.toMatchObject({ code: 'INVALID_TENANT' });
    await expect(projections.at(Totals, 'a', { sequence: 1 })).rejects.toMatchObject({ code: 'INVALID_TENANT' });
    await TenantContext.run(other, async () => {
      expect(await projections.getMany(Totals, ['a'])).toEqual([{ total: 100, events: 1 }]);
      expect((await projections.at('totals', 'a', { sequence: 1 }))?.state).toEqual({ total: 100, events: 1 });
    });
  });
});

describe('the past of a stream that retention has emptied', () => {
  it('is refused, unless the stored state is not past it', async () => {
    const clock = new ManualClock(Date.now());
    const app = await start(appWith([Totals]), (builder) =>
      builder.setLogger(silentLogger).overrideProvider(Clock).useValue(clock),
    );
    const log = app.get(EventStore);
    const projections = app.get(Projections);
    await log.append(stream('a'), [{ data: Added.of(1) }, { data: Added.of(2) }]);
    await eventually(async () => expect(await projections.has(Totals, 'a', tenant)).toBe(true));
    clock.time += 3 * 86_400_000;
    await app.get(LogMaintenance).applyRetention({ ...tenant, olderThanDays: 1 });
    const past = projections.at(Totals, 'a', { ...tenant, sequence: 1 });
    await expect(past).rejects.toMatchObject({
      code: 'HISTORY_GONE',
      message: expect.stringContaining('a of tenant acme'),
    });
    expect((await projections.at(Totals, 'a', { ...tenant, sequence: 2 }))?.state).toEqual({ total: 3, events: 2 });
    await log.append(stream('a'), [{ data: Added.of(4) }]);
    await expect(projections.at(Totals, 'a', { ...tenant, sequence: 1 })).rejects.toMatchObject({
      code: 'HISTORY_GONE',
    });
  });
});

describe('the past of a row of a fold with keys', () => {
  it('is by the place in the stream of its key, and by the times of the events', async () => {
    const clock = new ManualClock(Date.now());
    const eventStore = survivingMemory();
    const app = await start(shopApp({ eventStore }), (builder) =>
      builder.setLogger(silentLogger).overrideProvider(Clock).useValue(clock),
    );
    const [log, projections, queue] = [app.get(EventStore), app.get(Projections), app.get(GroupQueue)];
    const idle = () => eventually(async () => expect(await queue.depth()).toMatchObject({ jobs: 0 }));
    const times: Date[] = [];
    const sell = async (id: string, amount: number): Promise<void> => {
      clock.time += 1_000;
      await log.append(order(id), [{ data: Sold.to('ann', amount) }]);
      times.push(new Date(clock.now()));
    };
    await sell('o1', 1);
    await idle();
    // The second order is linked after the third, though it came before it.
    clock.time += 1_000;
    const unstaged = await eventStore.storage.events.append(order('o2'), [{ data: Sold.to('ann', 2) }]);
    times.push(new Date(clock.now()));
    await sell('o3', 4);
    await idle();
    await app.get(Consistency).applied(consistencyToken(unstaged), RevenueByCustomer);
    expect(await projections.get(RevenueByCustomer, 'ann', tenant)).toMatchObject({ orders: ['o1', 'o3', 'o2'] });
    const at = async (point: PointInTime) =>
      (await projections.at(RevenueByCustomer, 'ann', { ...tenant, ...point }))?.state ?? null;
    expect(await at({ sequence: 1 })).toEqual({ amount: 1, orders: ['o1'] });
    expect(await at({ sequence: 3 })).toMatchObject({ amount: 7 });
    expect(await at({ time: times[2]! })).toMatchObject({ amount: 7 });
    expect(await at({ time: times[1]! })).toEqual({ amount: 3, orders: ['o1', 'o2'] });
    expect(await at({ time: times[0]! })).toEqual({ amount: 1, orders: ['o1'] });
    expect(await at({ time: new Date(times[0]!.getTime() - 1) })).toBeNull();
  });
});

describe('a reader of one fold', () => {
  it('is injected by its class, into providers, properties and controllers of any module', async () => {
    @Module({ providers: [Dashboard], controllers: [TotalsController] })
    class OtherModule {}
    const app = await start(appWith([Totals, Additions], {}, [OtherModule]));
    await app.get(EventStore).append(stream('a'), [{ data: Added.of(4) }]);
    const state = { total: 4, events: 1 };
    const { totals, again } = app.get(Dashboard);
    await eventually(async () => expect(await totals.get('a', tenant)).toEqual(state));
    for (const reader of [again, app.get(TotalsController).totals, app.get(Projections).of(Totals)]) {
      expect(reader).toBeInstanceOf(ProjectionReader);
      expect(await reader.get('a', tenant)).toEqual(state);
      expect(await reader.getItem('a', tenant)).toMatchObject({ state, sequence: 1 });
      expect(await reader.getMany(['x', 'a'], tenant)).toEqual([null, state]);
      expect(await reader.has('a', tenant)).toBe(true);
      expect(await reader.list(tenant)).toMatchObject({ total: 1, items: [{ state }] });
      expect(await reader.at('a', { ...tenant, sequence: 1 })).toMatchObject({ state });
      expect(await reader.skipped('a', tenant)).toEqual([]);
    }
  });

  it('may be replaced in tests', async () => {
    const fake = { get: async () => ({ total: 99, events: 1 }) };
    const app = await start(appWith([Totals, Dashboard]), (builder) =>
      builder.setLogger(silentLogger).overrideProvider(getProjectionReaderToken(Totals)).useValue(fake),
    );
    expect(await app.get(Dashboard).totals.get('a')).toEqual({ total: 99, events: 1 });
  });

  it('stops the boot where no module provides the fold, and names who asks for it', async () => {
    class Missing extends Totals {}
    @Injectable()
    class Asks {
      constructor(@InjectProjection(Missing) readonly totals: ProjectionReader<Total>) {}
    }
    const byFactory = {
      provide: 'x',
      inject: [getProjectionReaderToken(Missing)],
      useFactory: (reader: unknown) => reader,
    };
    const failure = await start(appWith([Totals, Asks, byFactory])).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(WiringError);
    expect(String(failure)).toMatch(/Asks injects the reader of Missing, which no module provides as a fold/);
    expect(String(failure)).toMatch(/x injects the reader of Missing/);
    // Nobody asks for it in this application.
    await start(appWith([Totals]));
  });

  it('refuses what is no class where it is declared', () => {
    expect(() => InjectProjection(undefined as never)).toThrow(/projection must be a class/);
  });
});
