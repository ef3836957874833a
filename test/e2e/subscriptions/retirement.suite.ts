import type { INestApplicationContext, Type } from '@nestjs/common';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  EventStore,
  type EventSubscriptionOptions,
  GroupQueue,
  inProcessQueue,
  PermanentError,
  type ProjectionStore,
  type QueueAdapter,
  SubscriptionMaintenance,
} from '../../../lib/index.js';
import { cursorKey, partitionsType } from '../../../lib/subscriptions/subscription-streams.js';
import { asideKey, listPutAside } from '../../../lib/subscriptions/put-aside-rows.js';
import { skipsKey } from '../../../lib/projections/fold-skips.js';
import { appWith, start, stream } from '../../support/apps.js';
import { collect } from '../../support/collect.js';
import { acme, Added } from '../../support/counter-app.js';
import { eventually } from '../../support/eventually.js';
import { keepingStorage } from '../../support/keeping-storage.js';
import { listener, Told } from '../../support/told.js';
import type { Backend } from './subscriptions.suite.js';

const note = { by: 'ann', reason: 'looked at it' };
/** Its name begins as that of the one that is retired. */
const OTHER = 'listener:counter';

/** What is left on a backend of a subscription that is gone. */
export function retirementSuite(backend: Backend): void {
  describe(`a subscription that is gone, on ${backend.name}`, () => {
    let told: Told;
    let eventStore: ReturnType<typeof keepingStorage>;
    let openQueue: () => QueueAdapter;
    beforeAll(async () => backend.start?.());
    afterAll(async () => backend.stop?.());
    beforeEach(async () => {
      told = new Told();
      told.fails = ({ data }) => ((data as Added).amount < 0 ? new PermanentError('unlucky') : undefined);
      eventStore = keepingStorage((await backend.create())());
      openQueue = backend.createQueue?.() ?? (() => inProcessQueue({ drainTimeoutMs: 50 }));
    });

    const boot = (...providers: Type[]): Promise<INestApplicationContext> =>
      start(appWith(providers, { eventStore, queue: openQueue() }));
    const named = (name: string, options: Partial<EventSubscriptionOptions> = {}): Type =>
      listener(told, { name, from: 'beginning', whenExhausted: 'dead-letter', ...options });
    const append = (app: INestApplicationContext, ...amounts: number[]): Promise<unknown> =>
      app.get(EventStore).append(
        stream('c1'),
        amounts.map((amount) => ({ data: Added.of(amount) })),
      );
    const quiet = (app: INestApplicationContext): Promise<void> =>
      eventually(async () => expect(await app.get(GroupQueue).depth()).toMatchObject({ jobs: 0, running: 0 }));
    const maintenance = (app: INestApplicationContext): SubscriptionMaintenance => app.get(SubscriptionMaintenance);
    /** How many rows there are of each sort of a subscription. */
    const left = async (name: string, aggregateType = 'counter', id = 'c1'): Promise<Record<string, number>> => {
      const rows: ProjectionStore = eventStore.storage.projections;
      const cursor = cursorKey({ name }, { tenantId: acme, aggregateType, id });
      const [standing, mark, skips] = await rows.load([cursor, asideKey(cursor), skipsKey(cursor)]);
      const putAside = await collect(listPutAside(rows, cursor));
      return { cursor: standing ? 1 : 0, mark: mark ? 1 : 0, skips: skips ? 1 : 0, putAside: putAside.length };
    };

    it('leaves nothing behind once it is retired, takes nothing of another along, and begins anew', async () => {
      const both = await boot(named('listener'), named(OTHER));
      await append(both, 1, -1, 2, -2);
      await eventually(async () => expect(await both.get(GroupQueue).depth()).toMatchObject({ deadLetters: 4 }));
      await quiet(both);
      await expect(maintenance(both).retire('listener')).rejects.toMatchObject({ code: 'SUBSCRIPTION_IN_USE' });
      const all = { cursor: 1, mark: 1, skips: 0, putAside: 2 };
      expect([await left('listener'), await left(OTHER)]).toEqual([all, all]);
      await both.close();

      const one = await boot(named(OTHER));
      const retired = await eventually(() => maintenance(one).retire('listener'));
      expect(retired).toMatchObject({ cursors: 1, partitions: 0 });
      const none = { cursor: 0, mark: 0, skips: 0, putAside: 0 };
      expect([await left('listener'), await left(OTHER)]).toEqual([none, all]);
      expect(await maintenance(one).retire('listener')).toEqual({ jobs: 0, cursors: 0, partitions: 0 });
      await expect(maintenance(one).retire(OTHER)).rejects.toMatchObject({ code: 'SUBSCRIPTION_IN_USE' });
      await one.close();

      told.done.length = 0;
      told.fails = () => undefined;
      const anew = await boot(named('listener'));
      await eventually(() => expect(told.done).toEqual(['c1#1', 'c1#2', 'c1#3', 'c1#4']));
      await quiet(anew);
    });

    it.skipIf(!backend.createQueue)('is not retired while another process runs it', async () => {
      const old = await boot(named('listener'));
      await append(old, 1);
      await quiet(old);
      const without = await boot();
      await expect(maintenance(without).retire('listener')).rejects.toMatchObject({ code: 'SUBSCRIPTION_IN_USE' });
      expect(await left('listener')).toMatchObject({ cursor: 1 });
      await append(without, 2);
      await eventually(() => expect(told.done).toEqual(['c1#1', 'c1#2']));
    });

    it.skipIf(!backend.createQueue)('is not retired by a process that has it and runs nothing', async () => {
      const web = await start(appWith([named('listener')], { role: 'web', eventStore, queue: openQueue() }));
      await expect(maintenance(web).retire('listener')).rejects.toMatchObject({ code: 'SUBSCRIPTION_IN_USE' });
      expect(await maintenance(web).retire(OTHER)).toMatchObject({ cursors: 0 });
    });

    it('leaves no partitions and no skips behind', async () => {
      const partitioned = { partition: () => 'all', whenExhausted: 'park', maxAttempts: 1 } as const;
      const app = await boot(named('listener', partitioned), named(OTHER, partitioned));
      await append(app, 1, -1, 2);
      const { control } = app.get(GroupQueue);
      const lanes = await eventually(async () => {
        const parked = await control.parkedLanes();
        expect(parked).toHaveLength(2);
        return parked;
      });
      for (const { lane } of lanes) expect(await control.skipJob(lane, note)).toBe(true);
      await quiet(app);
      const links = (name: string) => ({ tenantId: acme, aggregateType: partitionsType(name), aggregateId: 'all' });
      const standing = (name: string) => left(name, partitionsType(name), 'all');
      const routed = async (name: string): Promise<number> => {
        const cursors = `$routes:${encodeURIComponent(`$subscription:${name}`)}:counter`;
        return (await collect(eventStore.storage.projections.sequences(cursors, 1))).length;
      };
      const all = { cursor: 1, mark: 0, skips: 1, putAside: 0 };
      expect([await standing('listener'), await standing(OTHER)]).toEqual([all, all]);
      expect([await routed('listener'), await routed(OTHER)]).toEqual([1, 1]);
      await app.close();

      const one = await boot(named(OTHER, partitioned));
      const retired = await eventually(() => maintenance(one).retire('listener'));
      expect(retired).toMatchObject({ cursors: 1, partitions: 1 });
      expect([await standing('listener'), await standing(OTHER)]).toEqual([
        { cursor: 0, mark: 0, skips: 0, putAside: 0 },
        all,
      ]);
      expect([await routed('listener'), await routed(OTHER)]).toEqual([0, 1]);
      expect(await one.get(EventStore).head(links('listener'))).toBe(0);
      expect(await one.get(EventStore).head(links(OTHER))).toBe(3);
    });

    it('is told what comes from now on when it comes up again, as one that is new', async () => {
      const first = await boot(named('listener', { from: 'now' }));
      await append(first, 1);
      await eventually(() => expect(told.done).toEqual(['c1#1']));
      await first.close();
      const without = await boot();
      await append(without, 2);
      await eventually(() => maintenance(without).retire('listener'));
      await without.close();
      const again = await boot(named('listener', { from: 'now' }));
      await append(again, 3);
      await eventually(() => expect(told.done).toEqual(['c1#1', 'c1#3']));
      await quiet(again);
      expect(told.done).toEqual(['c1#1', 'c1#3']);
    });

    it('cannot be retired by what is no name', async () => {
      const app = await boot();
      for (const name of ['', '$partitions:x', undefined, 5, 'n'.repeat(600)]) {
        await expect(maintenance(app).retire(name as string)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
      }
      expect(await maintenance(app).retire('unheard of')).toEqual({ jobs: 0, cursors: 0, partitions: 0 });
    });
  });
}
