import { randomUUID } from 'node:crypto';
import type { INestApplicationContext, Type } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type EventSourcingModuleOptions,
  EventStore,
  FoldProjection,
  GroupQueue,
  inProcessQueue,
  MapProjection,
  Projections,
  type QueueAdapter,
  Reactor,
  type ReactorContext,
  type RecordedEvent,
  SaveOutcomeUnknownError,
} from '../../lib/index.js';
import { redisQueue } from '../../lib/redis.js';
import { appWith, start, stream } from '../support/apps.js';
import { acme, Added, Additions, Totals } from '../support/counter-app.js';
import { eventually } from '../support/eventually.js';
import { survivingMemory } from '../support/memories.js';
import { startTestRedis, type TestRedis } from '../support/redis-server.js';

/** What a bad handler is bad at; everything else it does well. */
const BAD = 13;

interface Counted {
  amounts: number[];
}

/** A fold that does as it is told with the bad event. */
function badFold(misbehave: (state: Counted) => unknown): Type {
  class Bad {
    init(): Counted {
      return { amounts: [] };
    }
    apply(state: Counted, { data }: RecordedEvent): Counted {
      const { amount } = data as Added;
      return amount === BAD ? (misbehave(state) as Counted) : { amounts: [...state.amounts, amount] };
    }
  }
  FoldProjection({ name: 'bad', maxAttempts: 2, maxStateBytes: 200 })(Bad);
  return Bad;
}

/** A map that does as it is told with the bad event. */
function badMap(misbehave: () => unknown, whenExhausted?: 'park'): Type {
  class Bad {
    map({ data }: RecordedEvent<Added>): { amount: number } {
      return data.amount === BAD ? (misbehave() as { amount: number }) : { amount: data.amount };
    }
  }
  MapProjection({ name: 'bad_map', events: [Added], maxAttempts: 2, whenExhausted })(Bad);
  return Bad;
}

function throwing(): never {
  throw new Error('bug');
}

const BAD_FOLDS: readonly (readonly [string, (state: Counted) => unknown, RegExp, number])[] = [
  ['throws', throwing, /^Error: bug/, 2],
  ['returns undefined', () => undefined, /^InvalidProjectionResultError.*undefined/, 1],
  ['returns a promise', async () => ({ amounts: [] }), /^InvalidProjectionResultError.*promise/, 1],
  [
    'changes its input',
    (state) => {
      state.amounts.push(BAD);
      return state;
    },
    /^ImpureFoldError/,
    1,
  ],
  ['grows past its bound', () => ({ amounts: Array.from({ length: 200 }, () => BAD) }), /^StateTooLargeError/, 1],
];

const BAD_MAPS: readonly (readonly [string, () => unknown, RegExp, number])[] = [
  ['throws', throwing, /^Error: bug/, 2],
  ['returns undefined', () => undefined, /^InvalidProjectionResultError.*undefined/, 1],
  ['returns a promise', async () => ({ amount: 1 }), /^InvalidProjectionResultError.*promise/, 1],
  ['returns a function', () => () => 1, /^InvalidProjectionResultError.*not JSON/, 1],
];

let redis: TestRedis;
beforeAll(async () => void (redis = await startTestRedis()));
afterAll(() => redis.stop());

describe.each<[string, () => QueueAdapter]>([
  ['in process', () => inProcessQueue()],
  ['over Redis', () => redisQueue({ connection: { host: redis.host, port: redis.port }, name: randomUUID() })],
])('bad handlers disturb no other lane, %s', (_, openQueue) => {
  const boot = (providers: Type[], more: EventSourcingModuleOptions = {}): Promise<INestApplicationContext> =>
    start(appWith(providers, { eventStore: survivingMemory(), queue: openQueue(), checkPurity: true, ...more }));

  const append = (app: INestApplicationContext, id: string, ...amounts: number[]): Promise<unknown> =>
    app.get(EventStore).append(
      stream(id),
      amounts.map((amount) => ({ data: Added.of(amount) })),
    );

  const totals = (app: INestApplicationContext, id: string, expected: object): Promise<void> =>
    eventually(async () => expect(await app.get(Projections).get(Totals, id, { tenantId: acme })).toEqual(expected));

  it.each(BAD_FOLDS)(
    'a fold that %s parks its aggregate, and keeps what came before',
    async (_, bad, error, attempts) => {
      const fold = badFold(bad);
      const app = await boot([Totals, fold]);
      await append(app, 'c1', 1, BAD, 2);
      await append(app, 'c2', 3);
      const { control } = app.get(GroupQueue);
      await eventually(async () => expect(await control.parkedLanes()).toHaveLength(1));
      const [parked] = await control.parkedLanes();
      expect(parked).toMatchObject({ lane: { component: 'bad@1', id: 'c1' }, attempts });
      expect(parked!.failures.at(-1)!.error).toMatch(error);
      const of = (id: string): Promise<unknown> => app.get(Projections).get(fold as never, id, { tenantId: acme });
      expect(await of('c1')).toEqual({ amounts: [1] });
      await eventually(async () => expect(await of('c2')).toEqual({ amounts: [3] }));
      await totals(app, 'c1', { total: 3 + BAD, events: 3 });
      expect(await control.deadLetters()).toEqual([]);
    },
  );

  it.each(BAD_MAPS)('a map that %s puts the event aside, and goes on', async (_, bad, error, attempts) => {
    const map = badMap(bad);
    const app = await boot([Totals, map]);
    await append(app, 'c1', 1);
    await append(app, 'c1', BAD);
    await append(app, 'c1', 2);
    const { control } = app.get(GroupQueue);
    await eventually(async () => expect(await control.deadLetters()).toHaveLength(1));
    const [letter] = await control.deadLetters();
    expect(letter).toMatchObject({ lane: { kind: 'map', component: 'bad_map@1' }, attempts });
    expect(letter!.failures.at(-1)!.error).toMatch(error);
    await eventually(async () => {
      const records = await app.get(Projections).records(map as never, 'c1', { tenantId: acme });
      expect(records.map(({ record }) => record)).toEqual([{ amount: 1 }, { amount: 2 }]);
    });
    await totals(app, 'c1', { total: 3 + BAD, events: 3 });
    expect(await control.parkedLanes()).toEqual([]);
  });

  it('a map and a reactor park where they are told to', async () => {
    @Reactor({ name: 'bad_reactor', fold: Totals, maxAttempts: 1, whenExhausted: 'park' })
    class Bad {
      handle({ data }: RecordedEvent): void {
        if ((data as Added).amount === BAD) throwing();
      }
    }
    const app = await boot([Totals, badMap(throwing, 'park'), Bad]);
    await append(app, 'c1', BAD);
    await append(app, 'c1', 2);
    const { control } = app.get(GroupQueue);
    await eventually(async () => expect(await control.parkedLanes()).toHaveLength(2));
    const kinds = (await control.parkedLanes()).map(({ lane }) => lane.kind);
    expect(kinds.toSorted()).toEqual(['map', 'reactor']);
    expect(await control.deadLetters()).toEqual([]);
  });

  it('a reactor that never settles is aborted, tried again, and put aside', async () => {
    const seen: string[] = [];
    const aborted: string[] = [];
    @Reactor({ name: 'stuck', fold: Totals, maxAttempts: 2, timeoutMs: 20 })
    class Stuck {
      async handle({ aggregateId, data }: RecordedEvent, { attempt, signal }: ReactorContext<unknown>): Promise<void> {
        if ((data as Added).amount !== BAD) return void seen.push(aggregateId);
        signal.addEventListener('abort', () => aborted.push(`${attempt}: ${(signal.reason as Error).name}`));
        await new Promise(() => undefined);
      }
    }
    const app = await boot([Totals, Stuck]);
    await append(app, 'c1', BAD, 1);
    await append(app, 'c2', 2);
    await eventually(() => expect(seen).toEqual(['c2']));
    await eventually(() => expect(seen).toEqual(['c2', 'c1']), 30_000);
    expect(aborted).toEqual(['1: HandlerTimeoutError', '2: HandlerTimeoutError']);
    expect(await app.get(GroupQueue).control.deadLetters()).toMatchObject([{ attempts: 2, job: { sequence: 1 } }]);
  });

  it('a durable reactor that never settles is aborted, tried again, and parks its lane', async () => {
    const seen: string[] = [];
    const attempts: number[] = [];
    @Reactor({ name: 'stuck', fold: Totals, durable: true, maxAttempts: 2, timeoutMs: 20 })
    class Stuck {
      async handle({ aggregateId, data }: RecordedEvent, { attempt, signal }: ReactorContext<unknown>): Promise<void> {
        if ((data as Added).amount !== BAD) return void seen.push(aggregateId);
        signal.addEventListener('abort', () => attempts.push(attempt));
        await new Promise(() => undefined);
      }
    }
    const app = await boot([Totals, Stuck]);
    await append(app, 'c1', BAD, 1);
    await append(app, 'c2', 2);
    await eventually(() => expect(seen).toEqual(['c2']));
    const { control } = app.get(GroupQueue);
    await eventually(async () => expect(await control.parkedLanes()).toMatchObject([{ lane: { id: 'c1' } }]), 30_000);
    expect(attempts).toEqual([1, 2]);
    expect((await control.parkedLanes())[0]!.failures.at(-1)!.error).toMatch(/^HandlerTimeoutError/);
    expect(seen).toEqual(['c2']);
  });

  it('a store that saves and then fails counts every event once', async () => {
    const eventStore = survivingMemory();
    const seen: number[] = [];
    @Reactor({ name: 'seen', fold: Totals, durable: true })
    class Sees {
      handle({ sequence }: RecordedEvent): void {
        seen.push(sequence);
      }
    }
    const app = await boot([Totals, Additions, Sees], { eventStore });
    const { projections, records } = eventStore.storage;
    const save = projections.save.bind(projections);
    const add = records.append.bind(records);
    let failures = 6;
    const thenFail = (): void => {
      if ((failures -= 1) >= 0) throw new SaveOutcomeUnknownError('The answer was lost');
    };
    projections.save = async (rows) => {
      await save(rows);
      thenFail();
    };
    records.append = async (rows) => {
      await add(rows);
      thenFail();
    };
    for (const amount of [1, 2, 3]) await append(app, 'c1', amount);
    await totals(app, 'c1', { total: 6, events: 3 });
    await eventually(
      async () => expect(await app.get(GroupQueue).depth()).toMatchObject({ jobs: 0, deadLetters: 0 }),
      20_000,
    );
    await totals(app, 'c1', { total: 6, events: 3 });
    expect(await app.get(Projections).records(Additions, 'c1', { tenantId: acme })).toHaveLength(3);
    // Each at least once, and in order.
    expect([...new Set(seen)]).toEqual([1, 2, 3]);
  });
});
