import { randomUUID } from 'node:crypto';
import { CommandBus } from '@nestjs/cqrs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type EventSourcingModuleOptions,
  EventStore,
  GroupQueue,
  Reactor,
  type ReactorContext,
  type ReactorOptions,
  type ReactorTiming,
  type RecordedEvent,
  type SwitchableWork,
} from '../../lib/index.js';
import { redisQueue } from '../../lib/redis.js';
import { appWith, start, stream } from '../support/apps.js';
import { Add, Added, AddHandler, acme, Reset, type Total, Totals } from '../support/counter-app.js';
import { eventually } from '../support/eventually.js';
import { survivingMemory } from '../support/memories.js';
import { startTestRedis, type TestRedis } from '../support/redis-server.js';

describe('reactors', () => {
  it('puts a failing reaction aside after its retries, and reacts to the next event', async () => {
    const reacted: number[] = [];
    @Reactor({ name: 'notify', fold: Totals, maxAttempts: 2 })
    class Failing {
      handle(event: RecordedEvent): void {
        reacted.push(event.sequence);
        if (event.sequence === 1) throw new Error('mail server is down');
      }
    }
    const app = await start(appWith([Totals, Failing]));
    await app.get(EventStore).append(stream('c1'), [{ data: Added.of(1) }, { data: Added.of(2) }]);
    await eventually(() => expect(reacted).toEqual([1, 1, 2]));
  });

  it('may wait for commands of other aggregates, however many do so at a time', async () => {
    const AGGREGATES = 200;
    const attempts: number[] = [];
    @Reactor({ name: 'chain', fold: Totals })
    class Chain {
      constructor(private readonly bus: CommandBus) {}
      async handle({ aggregateId }: RecordedEvent, { attempt }: ReactorContext<Total>): Promise<void> {
        if (aggregateId.startsWith('next-')) return;
        await this.bus.execute(Add.of(`next-${aggregateId}`, 1));
        attempts.push(attempt);
      }
    }
    const app = await start(appWith([AddHandler, Totals, Chain]));
    const ids = Array.from({ length: AGGREGATES }, (_, index) => `c${index}`);
    await Promise.all(ids.map((id) => app.get(EventStore).append(stream(id), [{ data: Added.of(1) }])));
    await eventually(() => expect(attempts).toEqual(ids.map(() => 1)));
    const heads = await Promise.all(ids.map((id) => app.get(EventStore).head(stream(`next-${id}`))));
    expect(heads).toEqual(ids.map(() => 1));
  });

  it('are left, not forgotten, when this process does not have them', async () => {
    const app = await start(appWith([Totals]));
    const [stored] = (await app.get(EventStore).append(stream('c1'), [{ data: Added.of(1) }])).stored;
    const lane = { tenantId: acme, kind: 'reactor', component: 'gone', aggregateType: 'counter', id: 'c1' } as const;
    await app
      .get(GroupQueue)
      .stage([{ lane, job: { kind: 'reactor', aggregateId: 'c1', sequence: 1, event: stored! } }]);
    await eventually(async () => expect(await app.get(GroupQueue).depth()).toMatchObject({ jobs: 1, running: 0 }));
    expect(await app.get(GroupQueue).control.inspect(lane)).toMatchObject({ size: 1, attempts: 0 });
  });

  it('reacts once to a burst, with the last event, and not later than the longest wait', async () => {
    const reactions: number[] = [];
    @Reactor({
      name: 'quiet',
      fold: Totals,
      debounce: { key: ({ aggregateId }) => aggregateId, delayMs: 40, maxWaitMs: 10_000 },
    })
    class Quiet {
      handle(event: RecordedEvent): void {
        reactions.push(event.sequence);
      }
    }
    const app = await start(appWith([AddHandler, Totals, Quiet]));
    for (let amount = 1; amount <= 5; amount += 1) await app.get(CommandBus).execute(Add.of('c1', amount));
    await eventually(() => expect(reactions).toEqual([5]));
  });

  it('reacts to the first event at once, and then once in each interval, to the last event', async () => {
    const reactions: number[] = [];
    @Reactor({ name: 'paced', fold: Totals, throttle: { key: ({ aggregateId }) => aggregateId, everyMs: 100 } })
    class Paced {
      handle(event: RecordedEvent): void {
        reactions.push(event.sequence);
      }
    }
    const app = await start(appWith([Totals, Paced]));
    const store = app.get(EventStore);
    await store.append(stream('c1'), [{ data: Added.of(1) }]);
    await eventually(() => expect(reactions).toEqual([1]));
    // One append is one step for the fold, and so for the reactions that it leads to.
    await store.append(stream('c1'), [{ data: Added.of(2) }, { data: Added.of(3) }, { data: Added.of(4) }]);
    await eventually(() => expect(reactions).toEqual([1, 4]));
    expect((await app.get(GroupQueue).control.usageByTenant()).get(acme)).toMatchObject({ dropped: 2 });
  });

  it('reacts to the first event of a key, and leaves out those that come within the window', async () => {
    const reactions: string[] = [];
    @Reactor({ name: 'once', fold: Totals, dedupe: { key: ({ tenantId }) => tenantId, forMs: 3_600_000 } })
    class Once {
      handle(event: RecordedEvent): void {
        reactions.push(`${event.aggregateId} ${event.sequence}`);
      }
    }
    const app = await start(appWith([Totals, Once]));
    await app.get(EventStore).append(stream('c1'), [{ data: Added.of(1) }, { data: Added.of(2) }]);
    await eventually(() => expect(reactions).toEqual(['c1 1']));
    await app.get(EventStore).append(stream('c2'), [{ data: Added.of(1) }]);
    await eventually(async () =>
      expect((await app.get(GroupQueue).control.usageByTenant()).get(acme)).toMatchObject({ jobs: 0, dropped: 2 }),
    );
    expect(reactions).toEqual(['c1 1']);
  });

  it('reacts no sooner than its delay, in the order of the aggregate', async () => {
    const reactions: [number, number][] = [];
    @Reactor({ name: 'later', fold: Totals, delayMs: 40 })
    class Later {
      handle({ sequence, recordedAt }: RecordedEvent): void {
        reactions.push([sequence, Date.now() - recordedAt.getTime()]);
      }
    }
    const app = await start(appWith([Totals, Later]));
    await app.get(EventStore).append(stream('c1'), [{ data: Added.of(1) }, { data: Added.of(2) }]);
    await eventually(() => expect(reactions.map(([sequence]) => sequence)).toEqual([1, 2]));
    // Each of the two times is rounded to a millisecond.
    for (const [, waited] of reactions) expect(waited).toBeGreaterThanOrEqual(38);
  });
});

describe('the state that a reactor is told', () => {
  const states: [number, number | null, number][] = [];
  const note = ({ sequence }: RecordedEvent, { state, foldSequence }: ReactorContext<Total>): void => {
    states.push([sequence, state?.total ?? null, foldSequence]);
  };

  it('is the saved one, at or after the event', async () => {
    states.length = 0;
    @Reactor({ name: 'saved', fold: Totals })
    class Saved {
      handle(event: RecordedEvent, context: ReactorContext<Total>): void {
        note(event, context);
      }
    }
    const app = await start(appWith([Totals, Saved]));
    await app.get(EventStore).append(
      stream('c1'),
      [1, 2, 3].map((amount) => ({ data: Added.of(amount) })),
    );
    await eventually(() => expect(states).toHaveLength(3));
    expect(states).toEqual([1, 2, 3].map((sequence) => [sequence, 6, 3]));
  });

  it.each([false, true])('is that at exactly the event where it is to be exact (durable: %s)', async (durable) => {
    states.length = 0;
    @Reactor({ name: 'exact', fold: Totals, exact: true, durable } as ReactorOptions<Total>)
    class Exact {
      handle(event: RecordedEvent, context: ReactorContext<Total>): void {
        note(event, context);
      }
    }
    const app = await start(appWith([Totals, Exact]));
    await app
      .get(EventStore)
      .append(stream('c1'), [
        { data: Added.of(1) },
        { data: Added.of(2) },
        { data: new Reset() },
        { data: Added.of(5) },
      ]);
    await app.get(EventStore).append(stream('c1'), [{ data: Added.of(6) }]);
    await eventually(() => expect(states).toHaveLength(5));
    expect(states).toEqual([
      [1, 1, 1],
      [2, 3, 2],
      [3, null, 3],
      [4, 5, 4],
      [5, 11, 5],
    ]);
  });

  it('goes to the dead letters where it is to be exact and the events before it are gone', async () => {
    states.length = 0;
    let isHeld = true;
    @Reactor({ name: 'exact', fold: Totals, exact: true })
    class Exact {
      handle(event: RecordedEvent, context: ReactorContext<Total>): void {
        note(event, context);
      }
    }
    const eventStore = survivingMemory();
    const featureFlags = { isOn: ({ kind }: SwitchableWork) => kind !== 'reactor' || !isHeld };
    const app = await start(appWith([Totals, Exact], { eventStore, featureFlags, flagRecheckMs: 20 }));
    await app.get(EventStore).append(stream('c1'), [{ data: Added.of(1) }]);
    await eventually(async () => expect(await app.get(GroupQueue).control.switchedOff()).toHaveLength(1));
    await eventStore.storage.log.removeIdle({ tenantId: acme, before: Date.now() + 86_400_000 });
    for (const amount of [2, 3]) await app.get(EventStore).append(stream('c1'), [{ data: Added.of(amount) }]);
    await eventually(async () => expect((await app.get(GroupQueue).depth()).jobs).toBe(3));
    isHeld = false;
    await eventually(() => expect(states).toEqual([[3, 6, 3]]));
    const errors = (await app.get(GroupQueue).control.deadLetters()).map(({ failures }) => failures[0]!.error);
    expect(errors).toEqual([expect.stringMatching(/^HistoryGoneError/), expect.stringMatching(/^HistoryGoneError/)]);
  });
});

describe('events of reactions that are too large for the queue', () => {
  let redis: TestRedis;
  beforeAll(async () => void (redis = await startTestRedis()));
  afterAll(() => redis.stop());

  const name = 'x'.repeat(300);
  const large = (of: number): { data: Added } => ({ data: Object.assign(Added.of(of), { name }) });
  const overRedis = (eventStore = survivingMemory()): EventSourcingModuleOptions => ({
    eventStore,
    queue: redisQueue({ connection: { host: redis.host, port: redis.port }, name: randomUUID(), maxInlineBytes: 200 }),
  });

  it.each<[string, ReactorTiming]>([
    ['at once', {}],
    ['delayed', { delayMs: 5 }],
    ['debounced', { debounce: { key: ({ aggregateId }) => `k ${aggregateId}`, delayMs: 5 } }],
    ['throttled', { throttle: { key: ({ aggregateId }) => `k ${aggregateId}`, everyMs: 5 } }],
    ['deduplicated', { dedupe: { key: ({ aggregateId }) => `k ${aggregateId}`, forMs: 0 } }],
  ])('are read from the log: %s', async (_, timing) => {
    const seen: object[] = [];
    @Reactor({ name: 'whole', fold: Totals, ...timing })
    class Whole {
      handle({ data, sequence }: RecordedEvent, { state }: ReactorContext<Total>): void {
        seen.push({ sequence, state, isAdded: data instanceof Added, ...data });
      }
    }
    const app = await start(appWith([Totals, Whole], overRedis()));
    await app.get(EventStore).append(stream('c1'), [large(7)]);
    const state = { total: 7, events: 1 };
    await eventually(() => expect(seen).toEqual([{ sequence: 1, state, isAdded: true, amount: 7, name }]));
  });

  it('become dead letters when the log has them no more, and their lane goes on', async () => {
    const seen: number[] = [];
    @Reactor({ name: 'whole', fold: Totals, events: [Added] })
    class Whole {
      handle({ sequence }: RecordedEvent): void {
        seen.push(sequence);
      }
    }
    const eventStore = survivingMemory();
    const app = await start(appWith([Totals, Whole], overRedis(eventStore)));
    const { control } = app.get(GroupQueue);
    const note = { by: 'a test', reason: 'retention comes first' };
    const component = { kind: 'reactor', component: 'whole' } as const;
    const waiting = (jobs: number): Promise<void> =>
      eventually(async () => expect((await control.usageByComponent()).get('reactor:whole')).toMatchObject({ jobs }));
    await control.pause({ component }, note);
    await app.get(EventStore).append(stream('c1'), [large(1)]);
    await waiting(1);
    const tomorrow = Date.now() + 86_400_000;
    expect(await eventStore.storage.log.removeIdle({ tenantId: acme, before: tomorrow })).toMatchObject({ events: 1 });
    await app.get(EventStore).append(stream('c1'), [large(2)]);
    await waiting(2);
    await control.resume({ component }, note);
    await eventually(() => expect(seen).toEqual([2]));
    const [letter, ...others] = await control.deadLetters();
    expect(others).toEqual([]);
    expect(letter).toMatchObject({ attempts: 1, job: { kind: 'reactor', sequence: 1, event: null } });
    expect(letter!.failures[0]!.error).toMatch(/^EventGoneError: Event 1 of counter\/c1/);
  });
});
