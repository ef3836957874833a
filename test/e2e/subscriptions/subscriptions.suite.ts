import { setTimeout as delay } from 'node:timers/promises';
import { type INestApplicationContext, Module, type Type } from '@nestjs/common';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type AmbientContext,
  createTenantId,
  DomainEvent,
  EventSourcingModule,
  EventStore,
  GroupQueue,
  inProcessQueue,
  PermanentError,
  type QueueAdapter,
  type RecordedEvent,
  type StorageAdapter,
  TenantContext,
} from '../../../lib/index.js';
import { appWith, start, stream } from '../../support/apps.js';
import { acme, Added, Reset } from '../../support/counter-app.js';
import { eventually } from '../../support/eventually.js';
import { gate } from '../../support/gate.js';
import { listener, Told } from '../../support/told.js';

const note = { by: 'ann', reason: 'looked at it' };
const globex = createTenantId('globex');
/** Longer than a batch goes on with more. */
const BATCH_OVER_MS = 1_100;

@DomainEvent('lamp.lit')
class Lit {
  room = '';

  static in(room: string): Lit {
    return Object.assign(new Lit(), { room });
  }
}

/** A second pipeline. */
@Module({
  imports: [EventSourcingModule.forFeature({ pipeline: 'lighting', aggregateType: 'lamp', events: [Lit] })],
})
class LightingModule {}

/** A backend that outlives applications. */
export interface Backend {
  readonly name: string;
  start?(): Promise<void>;
  /** Opens one empty database, again and again. */
  create(): Promise<() => StorageAdapter>;
  /** @default a queue that is gone with each process */
  createQueue?(): () => QueueAdapter;
  /** Lets the queue lose everything, before a process ends and after. */
  flush?(): Promise<void>;
  /** Merges the rows of the database that was opened last, where that may change which of two equal ones is there. */
  merge?(): Promise<void>;
  stop?(): Promise<void>;
}

/** What subscriptions keep on a backend, whose queue may lose everything. */
export function subscriptionsSuite(backend: Backend): void {
  describe(`a subscription on ${backend.name}`, () => {
    let told: Told;
    let open: () => StorageAdapter;
    let openQueue: () => QueueAdapter;
    beforeAll(async () => backend.start?.());
    afterAll(async () => backend.stop?.());
    beforeEach(async () => {
      told = new Told();
      open = await backend.create();
      openQueue = backend.createQueue?.() ?? (() => inProcessQueue({ drainTimeoutMs: 50 }));
    });

    const boot = (providers: Type[], imports: Type[] = []): Promise<INestApplicationContext> => {
      return start(appWith(providers, { eventStore: open(), queue: openQueue() }, imports));
    };
    const lose = async (app: INestApplicationContext): Promise<void> => {
      await backend.flush?.();
      await app.close();
      await backend.flush?.();
    };
    const append = (app: INestApplicationContext, id: string, ...amounts: number[]): Promise<unknown> =>
      app.get(EventStore).append(
        stream(id),
        amounts.map((amount) => ({ data: Added.of(amount) })),
      );
    const quiet = (app: INestApplicationContext): Promise<void> =>
      eventually(async () => expect(await app.get(GroupQueue).depth()).toMatchObject({ jobs: 0, running: 0 }));
    const control = (app: INestApplicationContext) => app.get(GroupQueue).control;
    const amountOf = (event: RecordedEvent): number => (event.data as Added).amount;

    it('is told what comes from now on, in the order of each aggregate, one batch at a time', async () => {
      const before = await boot([]);
      await append(before, 'c1', 1, 2);
      await before.close();

      const app = await boot([listener(told)]);
      await quiet(app);
      expect(told.calls).toEqual([]);
      await append(app, 'c1', 3);
      await Promise.all([append(app, 'c2', 1), append(app, 'c1', 4), append(app, 'c1', 5, 6)]);
      await quiet(app);
      expect(told.of('c1')).toEqual(['c1#3', 'c1#4', 'c1#5', 'c1#6']);
      expect(told.of('c2')).toEqual(['c2#1']);
      expect(told.mostAtOnce).toBe(1);
    });

    it('is told all that was recorded before, in batches', async () => {
      const before = await boot([]);
      const amounts = Array.from({ length: 25 }, (_, index) => index);
      await append(before, 'c1', ...amounts);
      await append(before, 'c2', 1);
      await before.close();

      const app = await boot([listener(told, { from: 'beginning', maxBatchEvents: 10 })]);
      await quiet(app);
      expect(told.calls.filter(({ partition }) => partition === 'c1').map(({ events }) => events.length)).toEqual([
        10, 10, 5,
      ]);
      expect(told.of('c1')).toEqual(amounts.map((index) => `c1#${index + 1}`));
      expect(told.of('c2')).toEqual(['c2#1']);
    });

    it('is told what was recorded since a time', async () => {
      const before = await boot([]);
      await append(before, 'c1', 1, 2);
      const [last] = (await before.get(EventStore).append(stream('old'), [{ data: Added.of(1) }])).events;
      await eventually(() => expect(Date.now()).toBeGreaterThan(last!.recordedAt.getTime()));
      const [third] = (await before.get(EventStore).append(stream('c1'), [{ data: Added.of(3) }])).events;
      await before.close();

      const app = await boot([listener(told, { from: third!.recordedAt })]);
      await append(app, 'c1', 4);
      await append(app, 'old', 2);
      await quiet(app);
      expect(told.of('c1')).toEqual(['c1#3', 'c1#4']);
      expect(told.of('old')).toEqual(['old#2']);
    });

    it('is told only what its query means', async () => {
      const query = {
        events: [Added],
        tenants: ['acme', 'umbrella'],
        tags: ['big'],
        payload: { amount: 7 },
        where: ({ aggregateId }: RecordedEvent): boolean => aggregateId !== 'c3',
      };
      const app = await boot([listener(told, { query })]);
      const tagged = { data: Added.of(7), tags: ['big', 'red'] };
      await app.get(EventStore).append(stream('c1'), [{ data: Added.of(7), tags: ['red'] }, tagged]);
      await app.get(EventStore).append(stream('c1'), [{ data: new Reset(), tags: ['big'] }, tagged]);
      await app.get(EventStore).append(stream('c2'), [{ data: Added.of(8), tags: ['big'] }, tagged]);
      await app.get(EventStore).append(stream('c2', globex), [tagged]);
      await app.get(EventStore).append(stream('c3'), [tagged]);
      await quiet(app);
      expect(told.done.toSorted()).toEqual(['c1#2', 'c1#4', 'c2#2']);
    });

    it('goes on behind what is on record when the queue lost everything, and misses nothing', async () => {
      const first = await boot([listener(told, { from: 'beginning' })]);
      await append(first, 'c1', 1, 2);
      await quiet(first);
      told.fails = () => new Error('down');
      await append(first, 'c1', 3);
      await append(first, 'c2', 1);
      await eventually(async () => expect(await control(first).failingLanes()).toHaveLength(2));
      await lose(first);

      told.fails = () => undefined;
      const second = await boot([listener(told, { from: 'beginning' })]);
      await append(second, 'c1', 4);
      await quiet(second);
      expect(told.of('c1')).toEqual(['c1#1', 'c1#2', 'c1#3', 'c1#4']);
      expect(told.of('c2')).toEqual(['c2#1']);
    });

    it('finds the event that fails in a batch, puts it aside after its attempts, and goes on', async () => {
      told.fails = (event) => (amountOf(event) === -1 ? new Error('unlucky') : undefined);
      const app = await boot([listener(told, { maxAttempts: 3 })]);
      await append(app, 'c1', 1, 2, -1, 4, 5);
      await quiet(app);
      expect(told.done).toEqual(['c1#1', 'c1#2', 'c1#4', 'c1#5']);
      expect(told.calls.filter(({ events }) => events.length === 1 && events[0] === 'c1#3')).toEqual([
        expect.objectContaining({ attempt: 1 }),
        expect.objectContaining({ attempt: 2 }),
        expect.objectContaining({ attempt: 3 }),
      ]);
      const [letter, ...others] = await control(app).deadLetters();
      expect(others).toEqual([]);
      expect(letter).toMatchObject({ lane: { kind: 'subscription', id: 'c1' }, job: { from: 3, to: 3 } });
      expect(letter!.failures.at(-1)!.error).toContain('unlucky');

      expect(await control(app).retryDeadLetter(letter!.id, note)).toBe(true);
      await eventually(async () => expect(await control(app).deadLetters()).toHaveLength(1));
      await quiet(app);
      told.fails = () => undefined;
      const [again] = await control(app).deadLetters();
      await control(app).retryDeadLetter(again!.id, note);
      await quiet(app);
      expect(told.done.slice(4)).toEqual(['c1#3']);
      expect(await control(app).deadLetters()).toEqual([]);
      await append(app, 'c1', 6);
      await quiet(app);
      expect(told.done.slice(5)).toEqual(['c1#6']);
    });

    it('tries again what was put aside, also when the time for a batch ends just before it', async () => {
      told.fails = (event) => (amountOf(event) === -1 ? new Error('unlucky') : undefined);
      const app = await boot([listener(told, { maxAttempts: 1, maxBatchEvents: 1 })]);
      await append(app, 'c1', -1);
      await eventually(async () => expect(await control(app).deadLetters()).toHaveLength(1));
      told.fails = () => undefined;
      told.wait = () => delay(BATCH_OVER_MS);
      const target = { component: { kind: 'subscription', component: 'listener' } } as const;
      await control(app).pause(target, note);
      await append(app, 'c1', 2);
      const [letter] = await control(app).deadLetters();
      await control(app).retryDeadLetter(letter!.id, note);
      await control(app).resume(target, note);
      await quiet(app);
      expect(told.done).toEqual(['c1#2', 'c1#1']);
    });

    it('tells nothing that comes behind a batch that failed before that', async () => {
      const before = await boot([]);
      await append(before, 'c1', 1, 2, 3, 4, 5, 6, 7);
      await before.close();
      let failures = 0;
      told.fails = (event) => (amountOf(event) === 3 && (failures += 1) < 3 ? new Error('down') : undefined);
      const app = await boot([listener(told, { from: 'beginning', maxBatchEvents: 2 })]);
      await quiet(app);
      expect(failures).toBe(3);
      expect(told.done).toEqual(['c1#1', 'c1#2', 'c1#3', 'c1#4', 'c1#5', 'c1#6', 'c1#7']);
    });

    it('does not lose what was put aside with the dead letters of the queue', async () => {
      told.fails = (event) => (amountOf(event) < 0 ? new PermanentError('unlucky') : undefined);
      const first = await boot([listener(told)]);
      await append(first, 'c1', 1, -1, -2, 2);
      await quiet(first);
      const letters = await control(first).deadLetters();
      expect(letters.map(({ job }) => job)).toMatchObject([
        { from: 2, to: 2 },
        { from: 3, to: 3 },
      ]);
      expect(await control(first).discardDeadLetter(letters[1]!.id, note)).toBe(true);
      await lose(first);

      told.fails = () => undefined;
      const second = await boot([listener(told)]);
      await eventually(() => expect(told.done).toEqual(['c1#1', 'c1#4', 'c1#2']));
      await quiet(second);
      await lose(second);

      const third = await boot([listener(told)]);
      await append(third, 'c1', 3);
      await quiet(third);
      expect(told.done).toEqual(['c1#1', 'c1#4', 'c1#2', 'c1#5']);
    });

    it('parks its partition alone where it says so, until the event is skipped', async () => {
      told.fails = (event) => (amountOf(event) === -1 ? new Error('unlucky') : undefined);
      const app = await boot([listener(told, { maxAttempts: 2, whenExhausted: 'park' })]);
      await append(app, 'c1', 1, -1, 2);
      await append(app, 'c2', 1);
      await eventually(async () => expect(await control(app).parkedLanes()).toHaveLength(1));
      await append(app, 'c1', 3);
      await append(app, 'c2', 2);
      await eventually(() => expect(told.of('c2')).toEqual(['c2#1', 'c2#2']));
      expect(told.of('c1')).toEqual(['c1#1']);

      const [{ lane } = expect.fail()] = await control(app).parkedLanes();
      expect(await control(app).skipJob(lane, note)).toBe(true);
      await quiet(app);
      expect(told.of('c1')).toEqual(['c1#1', 'c1#3', 'c1#4']);
    });

    it('keeps an order of its own over aggregates and pipelines', async () => {
      const partition = (event: RecordedEvent): string => (event.data instanceof Lit ? event.data.room : 'hall');
      const subscription = listener(told, {
        pipeline: 'all',
        from: 'beginning',
        partition,
        query: { events: [Lit, Added] },
      });
      const lamp = (aggregateId: string) => ({ tenantId: acme, aggregateType: 'lamp', aggregateId });
      const light = (app: INestApplicationContext, id: string, ...rooms: string[]): Promise<unknown> =>
        app.get(EventStore).append(
          lamp(id),
          rooms.map((room) => ({ data: Lit.in(room) })),
        );
      const before = await boot([], [LightingModule]);
      await light(before, 'l1', 'hall', 'attic');
      await append(before, 'c1', 1);
      await before.close();

      const first = await boot([subscription], [LightingModule]);
      await eventually(() => expect(told.done).toHaveLength(3));
      const { opened, open: letGo } = gate();
      told.wait = () => opened;
      await Promise.all([light(first, 'l2', 'hall', 'hall'), append(first, 'c1', 2), light(first, 'l1', 'attic')]);
      await eventually(() => expect(told.calls.filter(({ partition: of }) => of === 'hall').length).toBeGreaterThan(1));
      letGo();
      await quiet(first);
      expect(told.mostAtOnce).toBe(1);
      const halls = told.calls.filter(({ partition: of }) => of === 'hall').flatMap(({ events }) => events);
      expect(halls.filter((one) => one.startsWith('l2'))).toEqual(['l2#1', 'l2#2']);
      expect(halls.toSorted()).toEqual(['c1#1', 'c1#2', 'l1#1', 'l2#1', 'l2#2']);
      const attics = told.calls.filter(({ partition: of }) => of === 'attic').flatMap(({ events }) => events);
      expect(attics).toEqual(['l1#2', 'l1#3']);
      await lose(first);

      const second = await boot([subscription], [LightingModule]);
      await light(second, 'l3', 'hall');
      await quiet(second);
      expect(told.done.filter((one) => one.startsWith('l3'))).toEqual(['l3#1']);
      expect(told.done).toHaveLength(8);
    });

    it('lets nothing from before into its partitions, unless it begins there', async () => {
      const before = await boot([]);
      await append(before, 'c1', 1, 2);
      await before.close();
      const app = await boot([listener(told, { partition: () => 'all' })]);
      await append(app, 'c1', 3);
      await quiet(app);
      expect(told.calls).toMatchObject([{ partition: 'all', events: ['c1#3'] }]);
      const links = { tenantId: acme, aggregateType: '$partitions:listener', aggregateId: 'all' };
      expect(await app.get(EventStore).head(links)).toBe(1);
    });

    it('hands on who caused an event that is told alone, and the tenant of every batch', async () => {
      const contexts: Partial<AmbientContext>[] = [];
      told.wait = () => void contexts.push({ ...TenantContext.current() });
      const app = await boot([listener(told)]);
      const metadata = { correlationId: 'request-1', userId: 'ann' };
      const { events } = await app.get(EventStore).append(stream('c1'), [{ data: Added.of(1), metadata }]);
      await quiet(app);
      await append(app, 'c2', 1, 2);
      await quiet(app);
      expect(contexts[0]).toMatchObject({ tenantId: acme, ...metadata, causationId: events[0]!.id });
      expect(contexts[1]).toMatchObject({ tenantId: acme });
      expect(contexts[1]!.causationId).toBeUndefined();
    });
  });
}
