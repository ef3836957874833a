import { setImmediate as turn } from 'node:timers/promises';
import type { Observable, Subscription } from 'rxjs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Announcements } from '../../lib/announcements/announcements.js';
import {
  createTenantId,
  type EventStore,
  InvalidArgumentError,
  type LiveEvent,
  LiveEvents,
  type ReadAllOptions,
  type StreamId,
  type TenantId,
} from '../../lib/index.js';
import { collect } from '../support/collect.js';
import { ItemAdded, ItemRemoved } from '../support/contract-events.js';
import { eventually } from '../support/eventually.js';
import type { OpenedTwice } from '../support/opened-twice.js';
import { MAX_TIMER_MS } from '../../lib/errors/integer-problem.js';

export interface LiveBackend {
  readonly name: string;
  start?(): Promise<void>;
  /** Two processes at one empty log. */
  create(): Promise<OpenedTwice>;
  /** Set where the log of a tenant comes late, and is to be looked at again. */
  readonly pollMs?: number;
  stop?(): Promise<void>;
}

const acme = createTenantId('acme');
const globex = createTenantId('globex');

/** What a live stream keeps on every store, told by another process alone: where it can be, nobody looks by himself. */
export function liveEventsSuite(backend: LiveBackend): void {
  describe(`a live stream on ${backend.name}`, () => {
    let world: OpenedTwice;
    let announcements: readonly Announcements[];
    let live: LiveEvents;
    const subscriptions: Subscription[] = [];
    beforeAll(() => backend.start?.());
    beforeEach(async () => {
      world = await backend.create();
      const { writer, reader } = world;
      const isOne = writer === reader;
      const told = new Announcements(reader.announcements);
      announcements = isOne ? [told, told] : [new Announcements(writer.announcements), told];
      live = new LiveEvents(reader.events, told, settings);
    });
    afterEach(async () => {
      for (const subscription of subscriptions.splice(0)) subscription.unsubscribe();
      for (const one of announcements) await one.close();
      await world.close();
    });
    afterAll(() => backend.stop?.());

    const settings = { pollMs: backend.pollMs ?? MAX_TIMER_MS, maxReads: 4 };
    const stream = (aggregateId: string, tenantId: TenantId = acme): StreamId => ({
      tenantId,
      aggregateType: 'cart',
      aggregateId,
    });
    const store = (): EventStore => world.writer.events;
    const append = async (to: StreamId, ...data: object[]): Promise<void> => {
      await store().append(
        to,
        data.map((one) => ({ data: one })),
      );
      announcements[0]!.announce(to.tenantId);
    };
    const added = (quantity = 1): ItemAdded => new ItemAdded('tea', quantity);
    const removed = (): ItemRemoved => new ItemRemoved('tea');
    const watch = (events: Observable<LiveEvent>) => {
      const seen: LiveEvent[] = [];
      const ends: unknown[] = [];
      const subscription = events.subscribe({
        next: (event) => seen.push(event),
        error: (error: unknown) => ends.push(error),
        complete: () => ends.push('complete'),
      });
      subscriptions.push(subscription);
      return { seen, ends, subscription, names: () => seen.map((one) => `${one.aggregateId}#${one.sequence}`) };
    };

    it('has the past and the present of a tenant, without a gap or one twice', async () => {
      await append(stream('a'), added(), added());
      await append(stream('x', globex), added());
      const { seen, names } = watch(live.events({ tenantId: acme, from: 'beginning' }));
      // While it comes from the past to the present.
      const writes = Array.from({ length: 20 }, (_, index) => append(stream(`b${index % 4}`), added(), added()));
      await Promise.all(writes);
      await append(stream('a'), removed());
      await eventually(() => expect(names()).toContain('a#3'), 50_000);
      await eventually(() => expect(seen).toHaveLength(43), 50_000);
      const log = await collect(store().readAll({ tenantId: acme }));
      expect(seen.map(({ id }) => id)).toEqual(log.map(({ id }) => id));
    });

    it('goes on behind a cursor', async () => {
      await append(stream('a'), added(), added(), added());
      const first = watch(live.events({ tenantId: acme, from: 'beginning' }));
      await eventually(() => expect(first.seen).toHaveLength(3), 50_000);
      first.subscription.unsubscribe();
      await append(stream('a'), added());
      const second = watch(live.events({ tenantId: acme, from: { after: first.seen[1]!.cursor } }));
      await append(stream('b'), added());
      await eventually(() => expect(second.names()).toEqual(['a#3', 'a#4', 'b#1']), 50_000);
      expect(first.seen).toHaveLength(3);
    });

    it('has the stream of an aggregate at once, whatever the log of the tenant does', async () => {
      await append(stream('a'), added());
      const place = { tenantId: acme, aggregateType: 'cart', aggregateId: 'a' };
      const all = watch(live.events({ ...place, from: 'beginning' }));
      const rest = watch(live.events({ ...place, from: { after: '1' }, events: [ItemAdded] }));
      await eventually(() => expect(all.names()).toEqual(['a#1']));
      await append(stream('b'), added());
      await append(stream('a'), removed(), added());
      await eventually(() => expect(all.names()).toEqual(['a#1', 'a#2', 'a#3']));
      await eventually(() => expect(rest.names()).toEqual(['a#3']));
      expect(rest.seen[0]).toMatchObject({ cursor: '3', data: added() });
      expect(rest.seen[0]!.data).toBeInstanceOf(ItemAdded);
    });

    it('looks by itself as often as it is told, and reads no more at a time than that', async () => {
      const place = { tenantId: acme, aggregateType: 'cart', aggregateId: 'a' };
      await append(stream('a'), added(), added(), added());
      const reads = vi.spyOn(world.reader.events, 'read');
      const { names } = watch(live.events({ ...place, from: 'beginning', pollMs: 10, maxBufferedEvents: 2 }));
      await eventually(() => expect(names()).toEqual(['a#1', 'a#2', 'a#3']));
      // Nobody is told.
      await store().append(stream('a'), [{ data: added() }]);
      await eventually(() => expect(names()).toEqual(['a#1', 'a#2', 'a#3', 'a#4']));
      expect(new Set(reads.mock.calls.map(([, options]) => options?.limit))).toEqual(new Set([2]));
    });

    it('begins now, and has what its filters mean', async () => {
      const place = { tenantId: acme, aggregateType: 'cart', aggregateId: 'a' };
      await append(stream('a'), added(7));
      const some = watch(
        live.events({
          ...place,
          events: [ItemAdded],
          payload: { name: 'tea' },
          where: ({ data }) => data.quantity > 5,
        }),
      );
      await eventually(async () => {
        await append(stream('a'), added(9));
        expect(some.seen.length).toBeGreaterThan(0);
      });
      await append(stream('a'), removed(), new ItemAdded('milk', 6), added(5), added(6));
      await eventually(() => expect(some.seen.at(-1)!.data).toEqual(added(6)));
      expect(new Set(some.seen.map(({ data }) => (data as ItemAdded).quantity))).toEqual(new Set([9, 6]));
    });

    it('reads past what a rare filter does not mean once, and loses nothing of what it does', async () => {
      const reads: ReadAllOptions[] = [];
      const events = Object.create(world.reader.events) as EventStore;
      events.readAll = (options) => {
        reads.push(options);
        return world.reader.events.readAll(options);
      };
      const watching = new LiveEvents(events, announcements[1]!, settings);
      const { names } = watch(watching.events({ tenantId: acme, from: 'beginning', events: [ItemRemoved] }));
      const common = Array.from({ length: 250 }, () => added());
      await append(stream('a'), ...common);
      await append(stream('a'), removed());
      await eventually(() => expect(names()).toEqual(['a#251']), 50_000);
      await append(stream('b'), ...common);
      const passed = await eventually(async () => {
        const after = reads.at(-1)!.before!;
        const rest = await collect(store().readAll({ tenantId: acme, after }));
        const last = await collect(store().readAll({ tenantId: acme, direction: 'backwards', limit: 1 }));
        expect([rest.length, last[0]!.aggregateId]).toEqual([0, 'b']);
        return after;
      }, 50_000);
      const soFar = reads.length;
      await append(stream('c'), added(), removed());
      await append(stream('a'), removed());
      await eventually(() => expect(names()).toEqual(['a#251', 'c#2', 'a#252']), 50_000);
      for (const { after } of reads.slice(soFar)) {
        expect(store().comparePositions(passed, after!)).toBeLessThanOrEqual(0);
      }
      watching.onModuleDestroy();
    });

    it('of an aggregate reads past what a rare filter does not mean once', async () => {
      const from: (number | undefined)[] = [];
      const events = Object.create(world.reader.events) as EventStore;
      events.read = (of, options) => {
        from.push(options?.from);
        return world.reader.events.read(of, options);
      };
      const watching = new LiveEvents(events, announcements[1]!, settings);
      const place = { tenantId: acme, aggregateType: 'cart', aggregateId: 'a', events: [ItemRemoved] };
      await append(stream('a'), ...Array.from({ length: 20 }, () => added()));
      const { names } = watch(watching.events({ ...place, from: 'beginning' }));
      await eventually(() => expect(from).toEqual([1]));
      await append(stream('a'), removed(), added());
      await eventually(() => expect(names()).toEqual(['a#21']));
      await append(stream('a'), added(), removed());
      await eventually(() => expect(names()).toEqual(['a#21', 'a#24']));
      expect(from).toEqual([1, 21, 23]);
      watching.onModuleDestroy();
    });

    it('ends with an error for a cursor that is none, and for options that are none it does not begin', async () => {
      const { ends } = watch(live.events({ tenantId: acme, from: { after: 'nowhere' } }));
      await eventually(() => expect(ends).toEqual([expect.any(InvalidArgumentError)]));
      expect(() => live.events({ tenantId: '' })).toThrow();
      expect(() => live.events({ tenantId: acme, from: 'end' as never })).toThrow(InvalidArgumentError);
      expect(() => live.events({ tenantId: acme, tag: 'x' } as never)).toThrow(InvalidArgumentError);
      for (const bounds of [
        { pollMs: 0 },
        { pollMs: MAX_TIMER_MS + 1 },
        { maxBufferedEvents: 0 },
        { maxBufferedEvents: 10_001 },
        { maxBufferedEvents: '5' as never },
      ]) {
        const field = Object.keys(bounds)[0];
        expect(() => live.events({ tenantId: acme, ...bounds })).toThrow(expect.objectContaining({ field }) as Error);
      }
    });

    it('completes when the application stops', async () => {
      const { ends } = watch(live.events({ tenantId: acme }));
      await turn();
      live.onModuleDestroy();
      expect(ends).toEqual(['complete']);
      expect(watch(live.events({ tenantId: acme })).ends).toEqual(['complete']);
    });
  });
}
