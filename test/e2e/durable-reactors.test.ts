import { randomUUID } from 'node:crypto';
import type { INestApplicationContext, Type } from '@nestjs/common';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  Apply,
  type EventSourcingModuleOptions,
  EventStore,
  FeatureFlags,
  type FoldHandler,
  FoldProjection,
  GroupQueue,
  inProcessQueue,
  type LaneFilter,
  PermanentError,
  ProjectionMaintenance,
  Projections,
  type QueueAdapter,
  Reactor,
  type ReactorContext,
  type RecordedEvent,
  type SwitchableWork,
} from '../../lib/index.js';
import { redisQueue } from '../../lib/redis.js';
import { appWith, start, stream } from '../support/apps.js';
import { acme, Added, Reset, type Total, Totals } from '../support/counter-app.js';
import { eventually } from '../support/eventually.js';
import { survivingMemory } from '../support/memories.js';
import { startTestRedis, type TestRedis } from '../support/redis-server.js';

const note = { by: 'ann', reason: 'looked at it' };

/** What the reactors of a test did, and what they are to do. */
class Effects {
  readonly seen: string[] = [];
  readonly attempts: number[] = [];
  fails: (event: RecordedEvent) => Error | undefined = () => undefined;

  record(by: string, event: RecordedEvent, { attempt }: ReactorContext<unknown>): void {
    this.attempts.push(attempt);
    const error = this.fails(event);
    if (error) throw error;
    this.seen.push(`${by} ${event.aggregateId}#${event.sequence}`);
  }

  of(by: string): readonly string[] {
    return this.seen.filter((one) => one.startsWith(`${by} `)).map((one) => one.slice(by.length + 1));
  }
}

/** A reactor that is durable and one that is not, of the same fold. */
function mailers(effects: Effects, fold: Type<FoldHandler<Total>> = Totals): Type[] {
  @Reactor({ name: 'durable', fold, durable: true, maxAttempts: 3 })
  class Durable {
    handle(event: RecordedEvent, context: ReactorContext<Total>): void {
      effects.record('durable', event, context);
    }
  }
  @Reactor({ name: 'plain', fold })
  class Plain {
    handle(event: RecordedEvent, context: ReactorContext<Total>): void {
      effects.record('plain', event, context);
    }
  }
  return [fold, Durable, Plain];
}

class Switches extends FeatureFlags {
  isOff = (_work: SwitchableWork): boolean => false;

  isOn(work: SwitchableWork): boolean {
    return !this.isOff(work);
  }
}

function append(app: INestApplicationContext, id: string, ...amounts: number[]): Promise<unknown> {
  return app.get(EventStore).append(
    stream(id),
    amounts.map((amount) => ({ data: Added.of(amount) })),
  );
}

let redis: TestRedis;
beforeAll(async () => void (redis = await startTestRedis()));
afterAll(() => redis.stop());

/** A log that stays, and a queue that may lose everything. */
interface World {
  boot(providers: Type[], more?: EventSourcingModuleOptions): Promise<INestApplicationContext>;
  /** Ends the process, and lets the queue lose everything. */
  lose(app: INestApplicationContext): Promise<void>;
}

describe.each<[string, () => QueueAdapter]>([
  ['in process', () => inProcessQueue({ drainTimeoutMs: 50 })],
  [
    'over Redis',
    () => redisQueue({ connection: { host: redis.host, port: redis.port }, name: randomUUID(), drainTimeoutMs: 50 }),
  ],
])('durable reactors, %s', (name, openQueue) => {
  let effects: Effects;
  let world: World;
  beforeEach(() => {
    effects = new Effects();
    const eventStore = survivingMemory();
    const queue = openQueue();
    world = {
      boot: (providers, more = {}) => start(appWith(providers, { eventStore, queue, ...more })),
      lose: async (app) => {
        if (name === 'over Redis') await redis.flush();
        await app.close();
        if (name === 'over Redis') await redis.flush();
      },
    };
  });

  const settled = (app: INestApplicationContext): Promise<void> =>
    eventually(async () => expect(await app.get(GroupQueue).depth()).toMatchObject({ jobs: 0, running: 0 }));

  /** No reaction waits; of another version of a fold there may be work that nobody does. */
  const quiet = (app: INestApplicationContext): Promise<void> =>
    eventually(async () => {
      const usage = await app.get(GroupQueue).control.usageByComponent();
      expect(usage.get('reactor:durable') ?? { jobs: 0 }).toMatchObject({ jobs: 0 });
    });

  const parked = (app: INestApplicationContext, filter: LaneFilter = {}) =>
    eventually(async () => {
      const lanes = await app.get(GroupQueue).control.parkedLanes(filter);
      expect(lanes).toHaveLength(1);
      return lanes[0]!;
    });

  it('lose no effect when the queue lost everything after the fold and before the reaction', async () => {
    const flags = new Switches();
    flags.isOff = ({ kind }) => kind === 'reactor';
    const providers = mailers(effects);
    const first = await world.boot(providers, { featureFlags: flags });
    await append(first, 'c1', 1, 2);
    await append(first, 'c2', 1);
    await append(first, 'c1', 3);
    const waiting = ['reactor:durable', 'reactor:plain'];
    await eventually(async () => {
      const usage = await first.get(GroupQueue).control.usageByComponent();
      for (const component of waiting) expect(usage.get(component)).toMatchObject({ jobs: 4 });
      expect(usage.get('fold:totals%401') ?? { jobs: 0 }).toMatchObject({ jobs: 0 });
    });
    await world.lose(first);
    const second = await world.boot(providers);
    await eventually(() => expect(effects.of('durable')).toHaveLength(4));
    await settled(second);
    expect(effects.of('durable').filter((one) => one.startsWith('c1'))).toEqual(['c1#1', 'c1#2', 'c1#3']);
    expect(effects.of('durable')).toContain('c2#1');
    expect(effects.of('plain')).toEqual([]);
    await append(second, 'c1', 4);
    await eventually(() => expect(effects.of('durable').at(-1)).toBe('c1#4'));
  });

  it('repeat nothing that is on record when the queue lost everything after the reactions', async () => {
    const providers = mailers(effects);
    const first = await world.boot(providers);
    await append(first, 'c1', 1, 2, 3);
    await eventually(() => expect(effects.of('durable')).toHaveLength(3));
    await settled(first);
    await world.lose(first);
    const second = await world.boot(providers);
    await append(second, 'c1', 4);
    await eventually(() => expect(effects.of('durable')).toEqual(['c1#1', 'c1#2', 'c1#3', 'c1#4']));
    await settled(second);
    expect(effects.of('durable')).toHaveLength(4);
  });

  it('go on in order when only one of the jobs was lost', async () => {
    effects.fails = ({ aggregateId }) => (aggregateId === 'c1' ? new Error('down') : undefined);
    const app = await world.boot(mailers(effects).slice(0, 2));
    await append(app, 'c1', 1);
    await append(app, 'c1', 2);
    const { lane } = await parked(app);
    // Its head is the first event; what is lost is done all the same, and first.
    effects.fails = () => undefined;
    expect(await app.get(GroupQueue).control.discardJob(lane, note)).toBe(true);
    await append(app, 'c1', 3);
    await eventually(() => expect(effects.of('durable')).toEqual(['c1#1', 'c1#2', 'c1#3']));
    await settled(app);
    expect(effects.of('durable')).toHaveLength(3);
  });

  it('park their lane, and no other, when the retries of an event end, and go on after a skip, for ever', async () => {
    effects.fails = ({ aggregateId, sequence }) =>
      aggregateId === 'c1' && sequence === 2 ? new Error('never') : undefined;
    const providers = mailers(effects).slice(0, 2);
    const first = await world.boot(providers);
    await append(first, 'c1', 1, 2, 3);
    const { lane, attempts } = await parked(first);
    expect(lane).toMatchObject({ kind: 'reactor', component: 'durable', id: 'c1' });
    expect(attempts).toBe(3);
    await append(first, 'c2', 1);
    await eventually(() => expect(effects.of('durable')).toEqual(['c1#1', 'c2#1']));
    expect(await first.get(GroupQueue).control.skipJob(lane, note)).toBe(true);
    await eventually(() => expect(effects.of('durable')).toEqual(['c1#1', 'c2#1', 'c1#3']));
    await settled(first);
    await world.lose(first);
    effects.fails = () => undefined;
    const second = await world.boot(providers);
    await append(second, 'c1', 4);
    await eventually(() => expect(effects.of('durable')).toContain('c1#4'));
    await settled(second);
    expect(effects.of('durable')).toEqual(['c1#1', 'c2#1', 'c1#3', 'c1#4']);
  });

  it('count the attempts of each event by itself, also of what is read from the log', async () => {
    let failures = 2;
    effects.fails = ({ sequence }) => (sequence > 1 && (failures -= 1) >= 0 ? new Error('not yet') : undefined);
    const flags = new Switches();
    flags.isOff = ({ kind }) => kind === 'reactor';
    const providers = mailers(effects).slice(0, 2);
    const first = await world.boot(providers, { featureFlags: flags });
    await append(first, 'c1', 1, 2, 3);
    await eventually(async () => expect(await first.get(GroupQueue).control.switchedOff()).toHaveLength(1));
    await world.lose(first);
    const second = await world.boot(providers);
    await eventually(() => expect(effects.of('durable')).toEqual(['c1#1', 'c1#2', 'c1#3']));
    await settled(second);
    expect(effects.attempts).toEqual([1, 1, 2, 3, 1]);
  });

  it('say nothing about what was recorded before them, nor when the version of their fold is raised', async () => {
    const before = await world.boot([Totals]);
    await append(before, 'c1', 1, 2);
    await append(before, 'c2', 1);
    await settled(before);
    await before.close();

    const first = await world.boot(mailers(effects));
    await append(first, 'c1', 3);
    await eventually(() => expect(effects.of('durable')).toEqual(['c1#3']));
    await settled(first);
    await first.close();

    @FoldProjection({ name: 'totals', version: 2 })
    class SecondTotals implements FoldHandler<Total> {
      init(): Total {
        return { total: 0, events: 0 };
      }
      @Apply(Added)
      added({ total, events }: Total): Total {
        return { total: total + 2, events: events + 1 };
      }
    }
    const second = await world.boot(mailers(effects, SecondTotals));
    await append(second, 'c1', 4);
    await append(second, 'c2', 2);
    await eventually(() => expect(effects.of('durable').toSorted()).toEqual(['c1#3', 'c1#4', 'c2#2']));
    await quiet(second);
    await world.lose(second);
    const third = await world.boot(mailers(effects, SecondTotals));
    await append(third, 'c1', 5);
    await eventually(() => expect(effects.of('durable').toSorted()).toEqual(['c1#3', 'c1#4', 'c1#5', 'c2#2']));
    await quiet(third);
    expect(effects.of('durable')).toHaveLength(4);
  });

  it('find what was lost before a deploy when the new version of their fold has been built', async () => {
    const flags = new Switches();
    flags.isOff = ({ kind }) => kind === 'reactor';
    const first = await world.boot(mailers(effects), { featureFlags: flags });
    await append(first, 'c1', 1, 2);
    await eventually(async () => {
      const usage = await first.get(GroupQueue).control.usageByComponent();
      expect(usage.get('reactor:durable')).toMatchObject({ jobs: 2 });
    });
    await world.lose(first);

    @FoldProjection({ name: 'totals', version: 2 })
    class SecondTotals extends Totals {}
    const second = await world.boot(mailers(effects, SecondTotals));
    await eventually(() => expect(effects.of('durable')).toEqual(['c1#1', 'c1#2']));
    await quiet(second);
    expect(effects.of('plain')).toEqual([]);
  });

  it('follow a fold with keys, row by row', async () => {
    @FoldProjection({ name: 'amounts', key: ({ data }) => ((data as Added).amount > 5 ? ['all', 'large'] : 'all') })
    class Amounts implements FoldHandler<Total> {
      init(): Total {
        return { total: 0, events: 0 };
      }
      @Apply(Added)
      added({ total, events }: Total, { data }: RecordedEvent<Added>): Total {
        return { total: total + data.amount, events: events + 1 };
      }
    }
    const told: string[] = [];
    @Reactor({ name: 'durable', fold: Amounts, durable: true, exact: true })
    class Keyed {
      handle(event: RecordedEvent, { foldId, foldSequence, state }: ReactorContext<Total>): void {
        told.push(`${foldId}#${foldSequence} ${event.aggregateId}#${event.sequence} ${state?.total}`);
      }
    }
    const of = (row: string): readonly string[] => told.filter((one) => one.startsWith(`${row}#`));
    const flags = new Switches();
    flags.isOff = ({ kind }) => kind === 'reactor';
    const first = await world.boot([Amounts, Keyed], { featureFlags: flags });
    await append(first, 'c1', 1, 7);
    await append(first, 'c1', 8);
    await eventually(async () => {
      const usage = await first.get(GroupQueue).control.usageByComponent();
      expect(usage.get('reactor:durable')).toMatchObject({ jobs: 5 });
    });
    await world.lose(first);
    const second = await world.boot([Amounts, Keyed]);
    await eventually(() => expect(told).toHaveLength(5));
    await append(second, 'c2', 9);
    await eventually(() => expect(told).toHaveLength(7));
    await quiet(second);
    expect(of('all')).toEqual(['all#1 c1#1 1', 'all#2 c1#2 8', 'all#3 c1#3 16', 'all#4 c2#1 25']);
    expect(of('large')).toEqual(['large#1 c1#2 7', 'large#2 c1#3 15', 'large#3 c2#1 24']);
  });

  it('pass over what they do not list, and what their filter keeps out', async () => {
    @Reactor({ name: 'large', fold: Totals, events: [Added], durable: true, when: ({ data }) => data.amount > 5 })
    class Large {
      handle(event: RecordedEvent, context: ReactorContext<Total>): void {
        effects.record('large', event, context);
      }
    }
    const flags = new Switches();
    flags.isOff = ({ kind }) => kind === 'reactor';
    const first = await world.boot([Totals, Large], { featureFlags: flags });
    await append(first, 'c1', 7, 1);
    await first.get(EventStore).append(stream('c1'), [{ data: new Reset() }]);
    await append(first, 'c1', 2, 8, 3);
    await append(first, 'c2', 1);
    await eventually(async () => {
      const usage = await first.get(GroupQueue).control.usageByComponent();
      expect(usage.get('reactor:large')).toMatchObject({ jobs: 2 });
    });
    await world.lose(first);
    const second = await world.boot([Totals, Large]);
    await eventually(() => expect(effects.of('large')).toEqual(['c1#1', 'c1#5']));
    await append(second, 'c1', 9);
    await eventually(() => expect(effects.of('large')).toEqual(['c1#1', 'c1#5', 'c1#7']));
    await settled(second);
    await world.lose(second);
    await settled(await world.boot([Totals, Large]));
    expect(effects.of('large')).toHaveLength(3);
  });

  it('wait for their delay, and take what cannot be mended for what parks at once', async () => {
    const times: number[] = [];
    @Reactor({ name: 'later', fold: Totals, durable: true, delayMs: 40 })
    class Later {
      handle(event: RecordedEvent, context: ReactorContext<Total>): void {
        times.push(Date.now() - event.recordedAt.getTime());
        effects.record('later', event, context);
      }
    }
    effects.fails = ({ sequence }) => (sequence === 2 ? new PermanentError('never') : undefined);
    const app = await world.boot([Totals, Later]);
    await append(app, 'c1', 1, 2);
    expect(await parked(app)).toMatchObject({ attempts: 1, jobs: 1 });
    expect(effects.of('later')).toEqual(['c1#1']);
    // Each of the two times is rounded to a millisecond.
    for (const waited of times) expect(waited).toBeGreaterThanOrEqual(38);
  });

  it('may have been plain before: what waits is reacted to, and then everything is kept', async () => {
    const flags = new Switches();
    flags.isOff = ({ kind }) => kind === 'reactor';
    @Reactor({ name: 'durable', fold: Totals })
    class Before {
      handle(event: RecordedEvent, context: ReactorContext<Total>): void {
        effects.record('before', event, context);
      }
    }
    const first = await world.boot([Totals, Before], { featureFlags: flags, flagRecheckMs: 30 });
    await append(first, 'c1', 1, 2);
    await eventually(async () => expect(await first.get(GroupQueue).control.switchedOff()).toHaveLength(1));
    await first.close();
    const second = await world.boot(mailers(effects).slice(0, 2));
    await append(second, 'c1', 3);
    const all = name === 'over Redis' ? ['c1#1', 'c1#2', 'c1#3'] : ['c1#3'];
    await eventually(() => expect(effects.of('durable')).toEqual(all));
    await settled(second);
    expect(effects.of('before')).toEqual([]);
  });
});

describe('a durable reaction', () => {
  let effects: Effects;
  let eventStore: ReturnType<typeof survivingMemory>;
  const boot = (): Promise<INestApplicationContext> =>
    start(appWith(mailers(effects).slice(0, 2), { eventStore, queue: inProcessQueue({ drainTimeoutMs: 50 }) }));
  beforeEach(() => {
    effects = new Effects();
    eventStore = survivingMemory();
  });

  /** Saves of rows of such a projection come about and never answer. */
  const hang = (prefix: string, isSaved: boolean): (() => void) => {
    const { projections } = eventStore.storage;
    const save = projections.save.bind(projections);
    projections.save = async (rows) => {
      if (!rows.some(({ projection }) => projection.startsWith(prefix))) return save(rows);
      if (isSaved) await save(rows);
      return new Promise(() => undefined);
    };
    return () => void (projections.save = save);
  };

  it('is repeated when the process ends before it is on record', async () => {
    const first = await boot();
    const mend = hang('$reactors:', false);
    await append(first, 'c1', 1, 2);
    await eventually(() => expect(effects.of('durable').length).toBeGreaterThan(0));
    await first.close();
    mend();
    await boot();
    await eventually(() => expect(effects.of('durable').slice(-2)).toEqual(['c1#1', 'c1#2']));
  });

  it('is not repeated when the process ends after it is on record and before it is acknowledged', async () => {
    const first = await boot();
    const mend = hang('$reactors:', true);
    await append(first, 'c1', 1, 2);
    await eventually(() => expect(effects.of('durable')).toEqual(['c1#1', 'c1#2']));
    await first.close();
    mend();
    const second = await boot();
    await append(second, 'c1', 3);
    await eventually(() => expect(effects.of('durable')).toEqual(['c1#1', 'c1#2', 'c1#3']));
  });

  it('takes place when the process ends after the fold was saved and before that led to anything', async () => {
    const first = await boot();
    const mend = hang('totals', true);
    await append(first, 'c1', 1, 2);
    await eventually(async () =>
      expect(await first.get(Projections).get(Totals, 'c1', { tenantId: acme })).toEqual({ total: 3, events: 2 }),
    );
    await first.close();
    mend();
    expect(effects.of('durable')).toEqual([]);
    await boot();
    await eventually(() => expect(effects.of('durable')).toEqual(['c1#1', 'c1#2']));
  });

  it('takes place when the fold is saved between a compare with the log and the job that it leads to', async () => {
    const app = await boot();
    const { control } = app.get(GroupQueue);
    const component = { kind: 'fold', component: 'totals@1' } as const;
    await control.pause({ component }, note);
    await eventStore.storage.events.append(stream('c1'), [{ data: Added.of(4) }]);
    expect(await app.get(ProjectionMaintenance).reconcile()).toBeGreaterThan(0);
    const row = { tenantId: acme, projection: 'totals', version: 1, id: 'c1', sequence: 1 };
    await eventStore.storage.projections.save([{ ...row, state: { total: 4, events: 1 }, updatedAt: Date.now() }]);
    await control.resume({ component }, note);
    await eventually(() => expect(effects.of('durable')).toEqual(['c1#1']));
  });

  it('parks its lane when its event is gone, and an operator lets it go on', async () => {
    let isHeld = true;
    const featureFlags = { isOn: ({ kind }: SwitchableWork) => kind !== 'reactor' || !isHeld };
    const providers = mailers(effects).slice(0, 2);
    const options = { eventStore, featureFlags, flagRecheckMs: 20 };
    const app = await start(appWith(providers, options));
    const { control } = app.get(GroupQueue);
    // A compare brings nothing along.
    await eventStore.storage.events.append(stream('c1'), [{ data: Added.of(1) }]);
    await app.get(ProjectionMaintenance).reconcile();
    await eventually(async () => expect(await control.switchedOff()).toHaveLength(1));
    await eventStore.storage.log.removeIdle({ tenantId: acme, before: Date.now() + 86_400_000 });
    await append(app, 'c1', 2);
    isHeld = false;
    const [lane] = await eventually(async () => {
      const lanes = await control.parkedLanes();
      expect(lanes).toHaveLength(1);
      return lanes;
    });
    expect(lane!.failures.at(-1)!.error).toMatch(/^EventGoneError/);
    expect(await control.skipJob(lane!.lane, note)).toBe(true);
    await eventually(() => expect(effects.of('durable')).toEqual(['c1#2']));
    await eventually(async () => expect(await app.get(GroupQueue).depth()).toMatchObject({ jobs: 0, parkedLanes: 0 }));
  });
});
