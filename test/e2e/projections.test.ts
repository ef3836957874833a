import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest';
import {
  AppendOutcomeUnknownError,
  Apply,
  EventSourcingHealth,
  EventStore,
  FoldProjection,
  GroupQueue,
  MapProjection,
  PermanentError,
  Projections,
  type RecordedEvent,
  SaveOutcomeUnknownError,
  UnknownProjectionError,
} from '../../lib/index.js';
import { appWith, start, stream } from '../support/apps.js';
import { Added, Additions, acme, counterApp, Notify, Seen, type Total, Totals } from '../support/counter-app.js';
import { eventually } from '../support/eventually.js';
import { gate } from '../support/gate.js';
import { survivingMemory, tamperedMemory } from '../support/memories.js';

const tenant = { tenantId: acme };

/** What an asynchronous method returns, for those who passed the compiler by. */
const late = <T>(): T => Promise.reject(new Error('too late')) as T;

describe('projections that fail', () => {
  let errors: MockInstance<Logger['error']>;

  beforeEach(() => {
    errors = vi.spyOn(Logger.prototype, 'error');
  });

  afterEach(() => {
    errors.mockRestore();
  });

  it('parks the lane of a poisoned aggregate only, keeps what was folded before it, and catches up after a mended start', async () => {
    const eventStore = survivingMemory();
    @FoldProjection({ name: 'totals' })
    class Poisoned {
      init(): Total {
        return { total: 0, events: 0 };
      }
      @Apply(Added)
      added(state: Total, event: RecordedEvent<Added>): Total {
        state.total += event.data.amount;
        if (event.data.amount === 13) throw new PermanentError('unlucky');
        return { total: state.total, events: state.events + 1 };
      }
    }
    // Its half-done change would be refused where purity is checked.
    const first = await start(appWith([Poisoned], { eventStore, checkPurity: false }));
    const log = first.get(EventStore);
    await log.append(stream('bad'), [
      { data: Added.of(1) },
      { data: Added.of(2) },
      { data: Added.of(13) },
      { data: Added.of(4) },
    ]);
    await log.append(stream('good'), [{ data: Added.of(1) }]);
    await log.append(stream('good'), [{ data: Added.of(5) }]);
    await eventually(async () => {
      const read = (id: string) => first.get(Projections).getItem(Poisoned, id, { tenantId: acme });
      expect(await read('good')).toMatchObject({ state: { total: 6, events: 2 }, sequence: 2 });
      expect(await read('bad')).toMatchObject({ state: { total: 3, events: 2 }, sequence: 2 });
    });
    await first.close();
    const second = await start(counterApp({ eventStore }));
    await eventually(async () => {
      expect(await second.get(Projections).getItem(Totals, 'bad', { tenantId: acme })).toMatchObject({
        state: { total: 20, events: 4 },
        sequence: 4,
      });
    });
  });

  it('parks the lane of an aggregate whose state has grown too large, and names it with its size', async () => {
    @FoldProjection({ name: 'totals', maxStateBytes: 30 })
    class Growing {
      init(): { amounts: readonly number[] } {
        return { amounts: [] };
      }
      @Apply(Added)
      added({ amounts }: { amounts: readonly number[] }, event: RecordedEvent<Added>): { amounts: readonly number[] } {
        return { amounts: [...amounts, event.data.amount] };
      }
    }
    const app = await start(appWith([Growing]));
    const log = app.get(EventStore);
    await log.append(
      stream('bad'),
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map((amount) => ({ data: Added.of(amount) })),
    );
    await log.append(stream('good'), [{ data: Added.of(1) }]);
    await eventually(async () => {
      expect(await app.get(GroupQueue).depth()).toMatchObject({ parkedLanes: 1, parkedJobs: 1, jobs: 1 });
      expect(await app.get(Projections).getItem(Growing, 'bad', tenant)).toMatchObject({ sequence: 8 });
      expect(await app.get(Projections).get(Growing, 'good', tenant)).toEqual({ amounts: [1] });
    });
    const [lane] = await app.get(GroupQueue).control.parkedLanes();
    expect(lane).toMatchObject({ lane: { id: 'bad' }, attempts: 1 });
    expect(lane!.failures[0]!.error).toMatch(
      /totals@1 for bad of tenant acme has grown to 31 bytes, over its bound of 30/,
    );
  });

  it.each([
    [undefined, 1, /ImpureFoldError: Counting\.added\(\) changed the state/],
    ['production', 0, undefined],
  ])('refuses an impure fold, unless NODE_ENV is production (%s)', async (env, parkedLanes, message) => {
    @FoldProjection({ name: 'totals' })
    class Counting {
      init(): Total {
        return { total: 0, events: 0 };
      }
      @Apply(Added)
      added(state: Total): Total {
        state.events += 1;
        return state;
      }
    }
    vi.stubEnv('NODE_ENV', env);
    const app = await start(appWith([Counting]));
    vi.unstubAllEnvs();
    await app.get(EventStore).append(stream('c1'), [{ data: Added.of(1) }]);
    await eventually(async () =>
      expect(await app.get(GroupQueue).depth()).toMatchObject({ jobs: parkedLanes, running: 0, parkedLanes }),
    );
    const [lane] = await app.get(GroupQueue).control.parkedLanes();
    if (message) expect(lane!.failures[0]!.error).toMatch(message);
    else expect(await app.get(Projections).get(Counting, 'c1', tenant)).toEqual({ total: 0, events: 1 });
  });

  it('maps the events beside a poisoned one, and puts only its job aside', async () => {
    @MapProjection({ name: 'additions', events: [Added] })
    class Poisoned {
      map(event: RecordedEvent<Added>): { amount: number } {
        if (event.data.amount === 13) throw new PermanentError('unlucky');
        return { amount: event.data.amount };
      }
    }
    const app = await start(appWith([Poisoned]));
    const log = app.get(EventStore);
    await Promise.all([
      log.append(stream('c1'), [{ data: Added.of(1) }]),
      log.append(stream('c1'), [{ data: Added.of(2) }, { data: Added.of(13) }, { data: Added.of(4) }]),
      log.append(stream('c1'), [{ data: Added.of(5) }]),
    ]);
    await eventually(async () => {
      const records = await app.get(Projections).records(Poisoned, 'c1', tenant);
      expect(records.map(({ record }) => record.amount)).toEqual([1, 2, 4, 5]);
      expect(await app.get(GroupQueue).depth()).toMatchObject({ jobs: 0, deadLetters: 1 });
    });
  });

  it.each<[string, () => Total, (amount: number) => Total, Total | null]>([
    ['init()', () => late(), () => ({ total: 1, events: 1 }), null],
    [
      'an @Apply method',
      () => ({ total: 0, events: 0 }),
      (amount) => (amount === 2 ? late() : { total: amount, events: 1 }),
      { total: 1, events: 1 },
    ],
  ])('refuses a promise from %s of a fold: its lane is parked, and the process lives', async (_, init, apply, kept) => {
    @FoldProjection({ name: 'totals' })
    class Late {
      init = init;
      @Apply(Added)
      added(_state: Total, event: RecordedEvent<Added>): Total {
        return apply(event.data.amount);
      }
    }
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    const app = await start(appWith([Late]));
    await app.get(EventStore).append(stream('c1'), [{ data: Added.of(1) }, { data: Added.of(2) }]);
    await eventually(async () => expect(await app.get(GroupQueue).depth()).toMatchObject({ parkedLanes: 1 }));
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
    expect(errors).toHaveBeenCalledWith(
      expect.objectContaining({
        error: expect.stringMatching(/InvalidProjectionResultError: totals@1 returned a promise/),
      }),
    );
    expect(await app.get(Projections).get(Late, 'c1', tenant)).toEqual(kept);
  });

  it('refuses a map that answers with a promise: its job is put aside, and the process lives', async () => {
    @MapProjection({ name: 'additions', events: [Added] })
    class Late {
      map(event: RecordedEvent<Added>): { amount: number } {
        if (event.data.amount === 2) return { amount: 2 };
        return late();
      }
    }
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    const app = await start(appWith([Late]));
    await app.get(EventStore).append(stream('c1'), [{ data: Added.of(1) }]);
    await app.get(EventStore).append(stream('c1'), [{ data: Added.of(2) }]);
    await eventually(async () => {
      expect(await app.get(Projections).records(Late, 'c1', tenant)).toMatchObject([{ record: { amount: 2 } }]);
    });
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
    expect(errors).toHaveBeenCalledWith(
      expect.objectContaining({
        message: 'Job put aside as a dead letter',
        error: expect.stringMatching(/InvalidProjectionResultError: additions@1 returned a promise/),
      }),
    );
  });

  it.each([
    ['of unknown outcome', () => new SaveOutcomeUnknownError('rows')],
    ['of any other kind', () => new Error('connection reset')],
  ])(
    'reacts to every event once a save was stored and then threw an error %s, and counts each once',
    async (_, fail) => {
      const begun = gate();
      let saves = 0;
      const eventStore = tamperedMemory(({ projections }) => {
        const save = projections.save.bind(projections);
        projections.save = async (rows) => {
          await save(rows);
          if (rows[0]?.projection !== 'totals') return;
          saves += 1;
          // The other events come to wait behind the first one, and share the next batch.
          if (saves === 1) await begun.opened;
          if (saves === 2) throw fail();
        };
      });
      const app = await start(appWith([Totals, Notify, Seen], { eventStore }));
      for (const amount of [1, 2, 3]) await app.get(EventStore).append(stream('c1'), [{ data: Added.of(amount) }]);
      begun.open();
      await eventually(() => expect(reacted(app.get(Seen))).toEqual([1, 2, 3]));
      expect(await app.get(Projections).getItem(Totals, 'c1', tenant)).toMatchObject({
        state: { total: 6, events: 3 },
        sequence: 3,
      });
      await eventually(async () =>
        expect(await app.get(GroupQueue).depth()).toMatchObject({ jobs: 0, parkedLanes: 0 }),
      );
    },
  );

  it('leaves work for a component that this process does not have, and counts it', async () => {
    const app = await start(appWith([Totals]));
    const lane = { tenantId: acme, component: 'gone@1', aggregateType: 'counter', id: 'c1' };
    const job = { aggregateId: 'c1', from: 1, to: 1, events: null };
    const queue = app.get(GroupQueue);
    await queue.stage([
      { lane: { ...lane, kind: 'fold' }, job: { ...job, kind: 'fold' } },
      { lane: { ...lane, kind: 'map' }, job: { ...job, kind: 'map' } },
    ]);
    await app.get(EventStore).append(stream('c2'), [{ data: Added.of(1) }]);
    await eventually(async () =>
      expect(await app.get(Projections).get(Totals, 'c2', { tenantId: acme })).toMatchObject({ total: 1 }),
    );
    expect(await queue.depth()).toMatchObject({ jobs: 2, running: 0, parkedLanes: 0, deadLetters: 0 });
    const usage = await queue.control.usageByComponent();
    expect([...usage.keys()].toSorted()).toEqual(['fold:gone@1', 'map:gone@1']);
    const { unknownJobs, unknownCommands } = await app.get(EventSourcingHealth).report();
    expect(unknownJobs).toEqual({ 'fold:gone@1': 1, 'map:gone@1': 1 });
    expect(unknownCommands).toEqual({});
  });
});

describe('an event that was appended and never dispatched', () => {
  it('reaches folds and records at the next start', async () => {
    const eventStore = survivingMemory();
    const writer = await start(appWith([], { eventStore }));
    await writer
      .get(EventStore)
      .append(stream('c1'), [{ data: Added.of(1) }, { data: Added.of(-2) }, { data: Added.of(3) }]);
    await writer.close();
    const app = await start(counterApp({ eventStore }));
    const projections = app.get(Projections);
    await eventually(async () => {
      expect(await projections.get(Totals, 'c1', { tenantId: acme })).toEqual({ total: 2, events: 3 });
      expect(await projections.records(Additions, 'c1', { tenantId: acme })).toMatchObject([
        { sequence: 1 },
        { sequence: 3 },
      ]);
    });
    await app.close();
    const log = vi.spyOn(Logger.prototype, 'log');
    await start(counterApp({ eventStore }));
    expect(log).toHaveBeenCalledWith(expect.objectContaining({ message: 'Consuming', behind: 0 }));
    log.mockRestore();
  });

  it('is projected without a restart when the append broke off after it was stored', async () => {
    let breaks = 1;
    const eventStore = tamperedMemory(({ events }) => {
      const append = events.append.bind(events);
      events.append = async (of, ...rest) => {
        const result = await append(of, ...rest);
        if (breaks-- > 0) throw new AppendOutcomeUnknownError(of);
        return result;
      };
    });
    const app = await start(counterApp({ eventStore }));
    await expect(
      app.get(EventStore).append(stream('c1'), [{ data: Added.of(1) }, { data: Added.of(2) }]),
    ).rejects.toBeInstanceOf(AppendOutcomeUnknownError);
    await eventually(async () => {
      expect(await app.get(Projections).get(Totals, 'c1', tenant)).toEqual({ total: 3, events: 2 });
      expect(await app.get(Projections).records(Additions, 'c1', tenant)).toHaveLength(2);
      expect(reacted(app.get(Seen))).toEqual([1, 2]);
      expect(await app.get(EventStore).undispatched({ olderThanMs: 0, limit: 10 })).toEqual([]);
    });
  });
});

describe('reading projections', () => {
  it('refuses a class that no module provides', async () => {
    const app = await start(appWith([]));
    await expect(app.get(Projections).get(Totals, 'c1', tenant)).rejects.toBeInstanceOf(UnknownProjectionError);
    await expect(app.get(Projections).list(Totals, tenant)).rejects.toThrow(
      /Totals is no provider with @FoldProjection/,
    );
    await expect(app.get(Projections).records(Additions, 'c1', tenant)).rejects.toThrow(
      /Additions is no provider with @MapProjection/,
    );
  });
});

const reacted = ({ reactions }: Seen): number[] => reactions.map(({ sequence }) => sequence);
