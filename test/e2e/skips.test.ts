import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  Apply,
  EventStore,
  type FoldHandler,
  FoldProjection,
  GroupQueue,
  inProcessQueue,
  InvalidArgumentError,
  type Lane,
  PermanentError,
  Projections,
  type QueueAdapter,
  Reactor,
  type RecordedEvent,
  UnknownComponentError,
} from '../../lib/index.js';
import { redisQueue } from '../../lib/redis.js';
import { appWith, start, stream } from '../support/apps.js';
import { Added, acme, type Total, Totals } from '../support/counter-app.js';
import { eventually } from '../support/eventually.js';
import { survivingMemory } from '../support/memories.js';
import { startTestRedis, type TestRedis } from '../support/redis-server.js';

const note = { by: 'ann', reason: 'unlucky' };
const tenant = { tenantId: acme };
const laneOf = (id: string): Lane => ({
  tenantId: acme,
  kind: 'fold',
  component: 'totals@1',
  aggregateType: 'counter',
  id,
});
const added = (...amounts: readonly number[]) => amounts.map((amount) => ({ data: Added.of(amount) }));

@FoldProjection({ name: 'totals' })
class Unlucky implements FoldHandler<Total> {
  init(): Total {
    return { total: 0, events: 0 };
  }

  @Apply(Added)
  added({ total, events }: Total, { data: { amount } }: RecordedEvent<Added>): Total {
    if (amount === 13) throw new PermanentError('unlucky');
    if (amount === 7) throw new Error('not yet');
    return { total: total + amount, events: events + 1 };
  }
}

let redis: TestRedis;

beforeAll(async () => {
  redis = await startTestRedis();
});
afterAll(() => redis.stop());
beforeEach(() => redis.flush());

describe.each<[string, () => QueueAdapter]>([
  ['in process', () => inProcessQueue()],
  ['in Redis', () => redisQueue({ connection: { host: '127.0.0.1', port: redis.port } })],
])('a skip of a fold, with a queue %s', (_, queue) => {
  it('passes over the failing event alone, keeps that on record, and holds for every later start', async () => {
    const eventStore = survivingMemory();
    const app = await start(appWith([Unlucky], { eventStore, queue: queue() }));
    const { control } = app.get(GroupQueue);
    await app.get(EventStore).append(stream('bad'), added(1, 2));
    await app.get(EventStore).append(stream('bad'), added(3, 13, 4, 13, 5));
    for (const sequence of [4, 6]) {
      await eventually(async () => {
        expect(await control.parkedLanes()).toMatchObject([{ lane: laneOf('bad') }]);
        expect(await app.get(Projections).getItem(Unlucky, 'bad', tenant)).toMatchObject({ sequence: sequence - 1 });
      });
      expect(await control.skipJob(laneOf('bad'), note)).toBe(true);
    }
    const counted = { state: { total: 15, events: 5 }, sequence: 7 };
    await eventually(async () => {
      expect(await app.get(Projections).getItem(Unlucky, 'bad', tenant)).toMatchObject(counted);
      expect(await app.get(GroupQueue).depth()).toMatchObject({ jobs: 0, parkedLanes: 0 });
    });
    expect(await app.get(Projections).skipped(Unlucky, 'bad', tenant)).toMatchObject([
      { sequence: 4, ...note },
      { sequence: 6, ...note },
    ]);
    await app.get(EventStore).append(stream('bad'), added(6));
    await app.close();

    // The rows are lost, and what failed would not fail any more.
    const { projections } = eventStore.storage;
    const load = projections.load.bind(projections);
    projections.load = async (keys) =>
      (await load(keys)).map((row, index) => (keys[index]!.projection === 'totals' && row!.sequence < 9 ? null : row));
    const mended = await start(appWith([Totals], { eventStore, queue: queue() }));
    await mended.get(EventStore).append(stream('bad'), added(7));
    await eventually(async () =>
      expect(await mended.get(Projections).getItem(Totals, 'bad', tenant)).toMatchObject({
        state: { total: 28, events: 7 },
        sequence: 9,
      }),
    );
  });

  it('tells no reactor of the event', async () => {
    @Reactor({ name: 'react', fold: Unlucky, events: [Added] })
    class React {
      readonly seen: number[] = [];
      handle({ sequence }: RecordedEvent): void {
        this.seen.push(sequence);
      }
    }
    const app = await start(appWith([Unlucky, React], { eventStore: survivingMemory(), queue: queue() }));
    await app.get(EventStore).append(stream('bad'), added(1, 13, 2));
    const { control } = app.get(GroupQueue);
    await eventually(async () => expect(await control.parkedLanes()).toHaveLength(1));
    await control.skipJob(laneOf('bad'), note);
    await eventually(() => expect(app.get(React).seen).toEqual([1, 3]));
  });

  it('does nothing to a lane that is not parked, and nothing without a note or for an unknown fold', async () => {
    const app = await start(appWith([Unlucky], { eventStore: survivingMemory(), queue: queue() }));
    const { control } = app.get(GroupQueue);
    await app.get(EventStore).append(stream('good'), added(1));
    expect(await control.skipJob(laneOf('good'), note)).toBe(false);
    await app.get(EventStore).append(stream('waits'), added(7));
    await eventually(async () => expect(await control.inspect(laneOf('waits'))).toMatchObject({ status: 'waiting' }));
    expect(await control.skipJob(laneOf('waits'), note)).toBe(false);
    expect(await app.get(Projections).skipped(Unlucky, 'waits', tenant)).toEqual([]);
    await app.get(EventStore).append(stream('bad'), added(13));
    await eventually(async () => expect(await control.parkedLanes()).toHaveLength(1));
    await expect(control.skipJob(laneOf('bad'), { by: 'ann', reason: '' })).rejects.toBeInstanceOf(
      InvalidArgumentError,
    );
    const unknown = { ...laneOf('bad'), component: 'gone@1' };
    await expect(control.skipJob(unknown, note)).rejects.toBeInstanceOf(UnknownComponentError);
    expect(await app.get(Projections).skipped(Unlucky, 'bad', tenant)).toEqual([]);
    expect(await control.parkedLanes()).toHaveLength(1);
  });
});
