import { randomUUID } from 'node:crypto';
import type { INestApplicationContext, Type } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  EventStore,
  FoldProjection,
  type FoldHandler,
  GroupQueue,
  inProcessQueue,
  MapProjection,
  type MapHandler,
  PermanentError,
  ProjectionMaintenance,
  Projections,
  type QueueAdapter,
  Reactor,
  type ReactorHandler,
  type RecordedEvent,
} from '../../lib/index.js';
import { redisQueue } from '../../lib/redis.js';
import { appWith, start, stream } from '../support/apps.js';
import { acme, Added } from '../support/counter-app.js';
import { eventually } from '../support/eventually.js';
import { survivingMemory } from '../support/memories.js';
import { startTestRedis, type TestRedis } from '../support/redis-server.js';

const BAD = 13;
const TIMES = 3;
/** So long that what is appended is struck before; a start counts on no comparison that is older. */
const SWEEP_MS = 1_000;
const note = { by: 'ann', reason: 'a fault' };

interface Sum {
  readonly sum: number;
}

/** A fold, a fold with keys, a map and a durable reactor that fail at the bad amount until the fault is mended. */
function fragile() {
  const world = { isMended: false, reactions: [] as string[] };
  const add = ({ sum }: Sum, { data }: RecordedEvent): Sum => ({ sum: sum + (data as Added).amount });
  const check = ({ data }: RecordedEvent): void => {
    if ((data as Added).amount === BAD && !world.isMended) throw new PermanentError('a fault');
  };
  @FoldProjection({ name: 'well', events: [Added] })
  class Well implements FoldHandler<Sum> {
    init = (): Sum => ({ sum: 0 });
    apply = add;
  }
  @FoldProjection({ name: 'sums', events: [Added] })
  class Sums implements FoldHandler<Sum> {
    init = (): Sum => ({ sum: 0 });
    apply(state: Sum, event: RecordedEvent): Sum {
      check(event);
      return add(state, event);
    }
  }
  @FoldProjection({
    name: 'days',
    events: [Added],
    key: (event) => {
      check(event);
      return 'today';
    },
  })
  class Days implements FoldHandler<Sum> {
    init = (): Sum => ({ sum: 0 });
    apply = add;
  }
  @MapProjection({ name: 'amounts', events: [Added] })
  class Amounts implements MapHandler<Added, { amount: number }> {
    map(event: RecordedEvent<Added>): { amount: number } {
      check(event);
      return { amount: event.data.amount };
    }
  }
  @Reactor({ name: 'tell', fold: Well, durable: true })
  class Tell implements ReactorHandler<Sum> {
    handle(event: RecordedEvent): void {
      check(event);
      world.reactions.push(`${event.aggregateId}#${event.sequence}`);
    }
  }
  return { world, Well, Sums, Days, Amounts, Tell };
}

let redis: TestRedis;
beforeAll(async () => void (redis = await startTestRedis()));
afterAll(() => redis.stop());

describe.each<[string, (name: string) => QueueAdapter, isShared: boolean]>([
  ['in process', () => inProcessQueue(), false],
  ['over Redis', (name) => redisQueue({ connection: { host: redis.host, port: redis.port }, name }), true],
])('comparisons with the log, with a queue %s', (_, openQueue, isShared) => {
  /** Says again and again what is missing: by hand, and by starts where the queue outlives them. */
  async function compared(
    first: INestApplicationContext,
    boot: () => Promise<INestApplicationContext>,
    look: (app: INestApplicationContext) => Promise<void>,
  ): Promise<INestApplicationContext> {
    let app = first;
    for (let time = 0; time < TIMES; time += 1) {
      if (isShared) {
        await app.close();
        app = await boot();
      }
      await app.get(ProjectionMaintenance).reconcile();
      await look(app);
    }
    return app;
  }

  const append = (app: INestApplicationContext, id: string, amount: number): Promise<unknown> =>
    app.get(EventStore).append(stream(id), [{ data: Added.of(amount) }]);

  const booter = (providers: Type[]): (() => Promise<INestApplicationContext>) => {
    const [memory, name] = [survivingMemory(), randomUUID()];
    return () => start(appWith(providers, { eventStore: memory, queue: openQueue(name), sweepIntervalMs: SWEEP_MS }));
  };

  it('add at most one job to a lane that is parked or paused, and lose none of what it waits for', async () => {
    const { world, Well, Sums, Days, Amounts, Tell } = fragile();
    const boot = booter([Well, Sums, Days, Amounts, Tell]);
    let app = await boot();
    const component = { kind: 'map', component: 'amounts@1' } as const;
    await app.get(GroupQueue).control.pause({ component }, note);
    for (const amount of [1, BAD, 2]) await append(app, 'c1', amount);
    await append(app, 'c2', 5);
    const parked = (one: INestApplicationContext): Promise<void> =>
      eventually(async () => expect(await one.get(GroupQueue).depth()).toMatchObject({ parkedLanes: 3, running: 0 }));
    await parked(app);
    // Of the fold, of its route and of the reactor behind the bad event, and of what is paused.
    const { jobs } = await app.get(GroupQueue).depth();
    app = await compared(app, boot, async (one) => {
      await parked(one);
      expect((await one.get(GroupQueue).depth()).jobs).toBeLessThanOrEqual(jobs + 5);
    });
    world.isMended = true;
    const { control } = app.get(GroupQueue);
    await control.resume({ component }, note);
    for (const { lane } of await control.parkedLanes()) await control.retryLane(lane, note);
    await eventually(async () => expect(await app.get(GroupQueue).depth()).toMatchObject({ jobs: 0, deadLetters: 0 }));
    const projections = app.get(Projections);
    const of = (fold: Type<FoldHandler<Sum>>, id: string): Promise<Sum | null> => {
      return projections.get(fold, id, { tenantId: acme });
    };
    expect(await of(Sums, 'c1')).toEqual({ sum: 3 + BAD });
    expect(await of(Days, 'today')).toEqual({ sum: 8 + BAD });
    const records = await projections.records(Amounts, 'c1', { tenantId: acme });
    expect(records.map(({ record }) => record.amount)).toEqual([1, BAD, 2]);
    expect(world.reactions.filter((one) => one.startsWith('c1'))).toEqual(['c1#1', 'c1#2', 'c1#3']);
  });

  it('put a map event that keeps failing aside once more than it was when it came, and no oftener', async () => {
    const { world, Well, Amounts } = fragile();
    const boot = booter([Well, Amounts]);
    let app = await boot();
    for (const amount of [1, BAD, 2]) await append(app, 'c1', amount);
    const letters = (one: INestApplicationContext, count: number): Promise<void> =>
      eventually(async () =>
        expect(await one.get(GroupQueue).depth()).toMatchObject({ jobs: 0, running: 0, deadLetters: count }),
      );
    await letters(app, 1);
    let more = 3;
    app = await compared(app, boot, async (one) => {
      await letters(one, 2);
      // So that the next one speaks of a longer stream.
      await append(one, 'c1', (more += 1));
      await letters(one, 2);
    });
    world.isMended = true;
    expect(await app.get(GroupQueue).control.redrive({}, note)).toBe(2);
    await letters(app, 0);
    const records = await app.get(Projections).records(Amounts, 'c1', { tenantId: acme });
    expect(records.map(({ record }) => record.amount)).toEqual([1, BAD, 2, 4, 5, 6]);
  });
});
