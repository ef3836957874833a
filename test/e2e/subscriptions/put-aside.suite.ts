import type { INestApplicationContext } from '@nestjs/common';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type DeadLetter,
  EventStore,
  GroupQueue,
  inProcessQueue,
  PermanentError,
  type ProjectionRow,
  type QueueAdapter,
  type RecordedEvent,
  type StorageAdapter,
} from '../../../lib/index.js';
import { PutAside } from '../../../lib/subscriptions/put-aside.js';
import { listPutAside } from '../../../lib/subscriptions/put-aside-rows.js';
import { appWith, start, stream } from '../../support/apps.js';
import { collect } from '../../support/collect.js';
import { acme, Added } from '../../support/counter-app.js';
import { eventually } from '../../support/eventually.js';
import { gate } from '../../support/gate.js';
import { HeldSaves } from '../../support/held-saves.js';
import { keepingStorage } from '../../support/keeping-storage.js';
import { ManualClock } from '../../support/manual-clock.js';
import { overriding } from '../../support/overriding.js';
import { listener, Told } from '../../support/told.js';
import type { Backend } from './subscriptions.suite.js';

const note = { by: 'ann', reason: 'looked at it' };
const cursor = { tenantId: acme, projection: 'cursors', version: 1, id: 'c1' };
const isAside = ({ projection }: ProjectionRow): boolean => /^\$(put-)?aside:/.test(projection);

/** What is kept on a backend of the events that a subscription went on without, whoever dies or writes at once. */
export function putAsideSuite(backend: Backend): void {
  describe(`what is put aside on ${backend.name}`, () => {
    let told: Told;
    let saves: HeldSaves;
    let open: () => StorageAdapter;
    let openQueue: () => QueueAdapter;
    beforeAll(async () => backend.start?.());
    afterAll(async () => backend.stop?.());
    beforeEach(async () => {
      told = new Told();
      told.fails = (event) => (amountOf(event) < 0 ? new PermanentError('unlucky') : undefined);
      saves = new HeldSaves();
      open = await backend.create();
      openQueue = backend.createQueue?.() ?? (() => inProcessQueue({ drainTimeoutMs: 50 }));
    });

    const boot = (queue = openQueue()): Promise<INestApplicationContext> =>
      start(appWith([listener(told)], { eventStore: saves.storage(open()), queue }));
    /** Another process, after the queue lost everything. */
    const bootAnew = async (app: INestApplicationContext): Promise<INestApplicationContext> => {
      await backend.flush?.();
      await app.close();
      await backend.flush?.();
      told.fails = () => undefined;
      return boot();
    };
    const append = (app: INestApplicationContext, ...amounts: number[]): Promise<unknown> =>
      app.get(EventStore).append(
        stream('c1'),
        amounts.map((amount) => ({ data: Added.of(amount) })),
      );
    const control = (app: INestApplicationContext) => app.get(GroupQueue).control;
    const quiet = (app: INestApplicationContext): Promise<void> =>
      eventually(async () => expect(await app.get(GroupQueue).depth()).toMatchObject({ jobs: 0, running: 0 }));
    const letterOf = (app: INestApplicationContext, sequence: number): Promise<DeadLetter> =>
      eventually(async () => {
        const letters = await control(app).deadLetters();
        const found = letters.find(({ job }) => (job as { readonly from?: number }).from === sequence);
        expect(found).toBeDefined();
        return found!;
      });

    it.each(['the operator', 'the worker'])(
      'stays on record beside what is discarded in the same moment, also when %s is slow',
      async (slow) => {
        const app = await boot();
        await append(app, -1);
        const { id } = await letterOf(app, 1);
        const { reached, letGo } = saves.holdNext(isAside, backend.merge);
        if (slow === 'the operator') {
          const discarding = control(app).discardDeadLetter(id, note);
          await reached;
          await append(app, -2);
          await letterOf(app, 2);
          letGo();
          expect(await discarding).toBe(true);
        } else {
          await append(app, -2);
          await reached;
          expect(await control(app).discardDeadLetter(id, note)).toBe(true);
          letGo();
          await letterOf(app, 2);
        }
        await quiet(app);

        const next = await bootAnew(app);
        await eventually(() => expect(told.done).toEqual(['c1#2']));
        await append(next, 3);
        await quiet(next);
        expect(told.done).toEqual(['c1#2', 'c1#3']);
      },
    );

    it('stays over once it is, whichever worker still puts it aside or finds it among the dead letters', async () => {
      const storage = keepingStorage(open());
      await start(appWith([], { eventStore: storage, queue: openQueue() }));
      const { projections } = storage.storage;
      const putAside = new PutAside(projections, new ManualClock());
      const lost = new PutAside(saves.store(projections), new ManualClock());
      const [one, two, three] = [2, 10, 9].map((sequence) => ({ sequence, error: 'unlucky' }));
      const standing = (from?: number, to?: number): Promise<number[]> =>
        collect(listPutAside(projections, cursor, from, to));
      for (const event of [one!, two!, three!]) expect(await putAside.add(cursor, event)).toBe(true);
      expect(await standing()).toEqual([2, 9, 10]);
      expect(await standing(3, 9)).toEqual([9]);

      const { reached, letGo } = saves.holdNext(({ projection }) => projection.startsWith('$put-aside:'));
      const adding = lost.add(cursor, one!);
      await reached;
      await putAside.tell(cursor, one!);
      await putAside.giveUp(cursor, 1, 2, note);
      letGo();
      await adding;
      expect(await standing()).toEqual([9, 10]);
      await lost.tell(cursor, one!);
      await putAside.finish(cursor, 10);
      await lost.add(cursor, two!);
      expect(await standing()).toEqual([9]);
      expect(await collect(listPutAside(projections, { ...cursor, id: 'c2' }))).toEqual([]);
    });

    it('has no dead letter again when it is discarded during another attempt', async () => {
      const app = await boot();
      await append(app, -1);
      const { id, lane, job } = await letterOf(app, 1);
      const [begun, over] = [gate(), gate()];
      told.wait = () => (begun.open(), over.opened);
      // As a comparison with the log does.
      await app.get(GroupQueue).stage([{ lane, job }]);
      await begun.opened;
      expect(await control(app).discardDeadLetter(id, note)).toBe(true);
      over.open();
      await quiet(app);
      expect(await control(app).deadLetters()).toEqual([]);
      expect(told.done).toEqual([]);
    });

    it('can be discarded again, and is told to nobody, when the process dies between both steps', async () => {
      const dies = new Error('killed');
      const adapter = openQueue();
      const queue = overriding(adapter, {
        open: async (context) => {
          const opened = await adapter.open(context);
          return overriding(opened, {
            control: overriding(opened.control, { discardDeadLetter: () => Promise.reject(dies) }),
          });
        },
      });
      const app = await boot(queue);
      await append(app, -1, -2);
      const { id } = await letterOf(app, 1);
      const { id: other } = await letterOf(app, 2);
      saves.failNext(isAside, dies);
      await expect(control(app).discardDeadLetter(id, note)).rejects.toBe(dies);
      expect(await control(app).deadLetter(id)).toMatchObject({ id });
      await expect(control(app).discardDeadLetter(other, note)).rejects.toBe(dies);
      expect(await control(app).deadLetter(other)).toMatchObject({ id: other });
      await quiet(app);

      const next = await bootAnew(app);
      await eventually(() => expect(told.done).toEqual(['c1#1']));
      await append(next, 3);
      await quiet(next);
      expect(told.done).toEqual(['c1#1', 'c1#3']);
    });
  });
}

function amountOf(event: RecordedEvent): number {
  return (event.data as Added).amount;
}
