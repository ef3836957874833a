import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PermanentError } from '../../../lib/errors/permanent.error.js';
import type { RecordedEvent } from '../../../lib/events/recorded-event.js';
import { MemoryProjectionStore } from '../../../lib/projections/stores/memory/memory-projection-store.js';
import { ItemAdded, ItemRemoved, Noted } from '../../support/contract-events.js';
import { foldsSurviveLossAndPauses } from '../../support/fold-lane-property.js';
import { foldsEqualSequentialFold } from '../../support/fold-property.js';
import { type Basket, FoldWorld, POISON } from '../../support/fold-world.js';
import { overtakenSkipIsRefused, slowSkipTakesNothing } from '../../support/overtaken-skips.js';

const added = (...names: readonly string[]): readonly ItemAdded[] => names.map((name) => new ItemAdded(name));
const sequences = (events: readonly { readonly sequence: number }[]): readonly number[] =>
  events.map(({ sequence }) => sequence);

describe('FoldExecutor', () => {
  it('equals the sequential fold under any interleaving, partition, duplication, staleness, failure and skip', async () => {
    await foldsEqualSequentialFold(() => new MemoryProjectionStore(), 250);
  });

  it('equals the sequential fold whatever is lost, repeated and delayed, and whoever goes on past his lease', async () => {
    await foldsSurviveLossAndPauses(() => new MemoryProjectionStore(), { numRuns: 300 });
  });

  it('would not, if it took again what its row covers', async () => {
    const unguarded = foldsSurviveLossAndPauses(() => new MemoryProjectionStore(), { numRuns: 300, guarded: false });
    await expect(unguarded).rejects.toThrow('Property failed');
  });

  it('saves on a long way, so that one that is interrupted is not begun anew', async () => {
    const world = await FoldWorld.open(added(...'abcdefghij'), { fold: { maxBatchEvents: 3 } });
    world.handler.failAt = 9;
    expect(await world.run([world.job(1, 10, false)])).toMatchObject({ completed: 0, failure: {} });
    expect(sequences(world.history)).toEqual([3, 6, 8]);
    for (const row of world.history) expect(row.state).toEqual(world.expected(row.sequence));
  });

  it('keeps what was covered without a listed event when the next job fails', async () => {
    const world = await FoldWorld.open([new ItemAdded('a'), new Noted('b'), new ItemAdded('c')], {
      fold: { maxBatchEvents: 1 },
    });
    world.handler.failAt = 3;
    expect(await world.run([world.job(1, 2), world.job(3, 3)])).toMatchObject({ completed: 1, failure: {} });
    expect(await world.latest()).toMatchObject({ sequence: 2, state: world.expected(2) });
  });

  it('drops what is covered, and does not tell reactors of it again', async () => {
    const { run, job } = bound(await FoldWorld.open(added('a', 'b', 'c')));
    expect(sequences((await run([job(1, 2, false)])).covered)).toEqual([1, 2]);
    expect((await run([job(1, 2, false)])).covered).toEqual([]);
    expect(sequences((await run([job(2, 3)])).covered)).toEqual([3]);
  });

  it('tells reactors again of what a repeated delivery covers, rather than not at all', async () => {
    const { run, job } = bound(await FoldWorld.open(added('a', 'b')));
    await run([job(1, 2)]);
    expect(sequences((await run([job(1, 2)], true)).covered)).toEqual([1, 2]);
    expect(sequences((await run([job(1, 2, false)], true)).covered)).toEqual([1, 2]);
  });

  it('keeps what came before a failing event, within one job too, and says how many jobs are done', async () => {
    const world = await FoldWorld.open(added('a', 'b', 'c', 'd', 'e'));
    world.handler.failAt = 4;
    const { completed, covered, failure } = await world.run([world.job(1, 2), world.job(3, 5)]);
    expect(completed).toBe(1);
    expect(sequences(covered)).toEqual([1, 2]);
    expect(failure!.error).toMatchObject({ message: 'no' });
    expect(await world.latest()).toMatchObject({ sequence: 3, state: world.expected(3) });
  });

  it('tells reactors of every job whose row was saved, also when a save on the way failed', async () => {
    const world = await FoldWorld.open(added('a', 'b'), { fold: { maxBatchEvents: 1 } });
    const save = world.projections.save.bind(world.projections);
    let fails = true;
    world.projections.save = async (rows) => {
      await save(rows);
      if (fails) throw new Error(`connection reset ${String((fails = false))}`);
    };
    const first = await world.run([world.job(1, 1, false), world.job(2, 2, false)]);
    expect(first).toMatchObject({ completed: 0, covered: [], failure: {} });
    const second = await world.run([world.job(1, 1), world.job(2, 2)], true);
    expect(sequences(second.covered)).toEqual([1, 2]);
  });
});

describe('jobs in another order than that of the stream', () => {
  it('are folded from what they bring along, and all of them acknowledged', async () => {
    const world = await FoldWorld.open(added('a', 'b', 'c', 'd'));
    world.store.fails = true;
    const { completed, covered, failure } = await world.run([world.job(3, 4), world.job(2, 2), world.job(1, 1)]);
    expect([completed, failure]).toEqual([3, undefined]);
    expect(sequences(covered)).toEqual([1, 2, 3, 4]);
    expect(world.calls).toEqual({ loads: 0, saves: 1 });
  });

  it('are acknowledged from the first one that came, however far the fold came', async () => {
    const world = await FoldWorld.open(added('a', 'b', 'c', 'd'));
    world.handler.failAt = 4;
    const failed = await world.run([world.job(3, 4), world.job(1, 2)]);
    expect(failed).toMatchObject({ completed: 0, covered: [], failure: {} });
    expect(await world.latest()).toMatchObject({ sequence: 3 });
    world.handler.failAt = 0;
    const { completed, covered } = await world.run([world.job(3, 4), world.job(1, 2)], true);
    expect([completed, sequences(covered)]).toEqual([2, [1, 2, 3, 4]]);
  });

  it('tell reactors of each event at least once, whoever dies, and once when nobody does', async () => {
    const EVENTS = 8;
    // What begins a stream and comes with its events is taken for new.
    const aJob = fc.tuple(fc.integer({ min: 1, max: EVENTS - 1 }), fc.nat(3), fc.boolean());
    await fc.assert(
      fc.asyncProperty(
        fc.array(aJob, { maxLength: 8 }),
        fc.array(fc.record({ jobs: fc.integer({ min: 1, max: 4 }), dies: fc.boolean() }), { maxLength: 12 }),
        fc.constantFrom(1, 500),
        fc.constantFrom(0, 1_000_000),
        async (ranges, batches, maxBatchEvents, cacheBytes) => {
          const world = await FoldWorld.open(added(...'abcdefgh'), { fold: { maxBatchEvents }, cacheBytes });
          const jobs = [...ranges, [0, EVENTS, false] as const].map(([begin, length, inline]) =>
            world.job(begin + 1, Math.min(begin + 1 + length, EVENTS), inline),
          );
          const told: number[] = [];
          let delivered = 0;
          for (const { jobs: size, dies } of [...batches, ...jobs.map(() => ({ jobs: 1, dies: false }))]) {
            const batch = jobs.slice(0, size);
            if (batch.length === 0) break;
            const { completed, covered } = await world.run(batch, delivered > 0);
            delivered = Math.max(delivered, batch.length);
            if (dies) continue;
            expect(completed).toBe(batch.length);
            told.push(...sequences(covered));
            jobs.splice(0, completed);
            delivered -= completed;
          }
          const all = Array.from({ length: EVENTS }, (_, index) => index + 1);
          expect([...new Set(told)].toSorted((one, other) => one - other)).toEqual(all);
          if (batches.every(({ dies }) => !dies)) expect(told).toHaveLength(EVENTS);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('a deletion', () => {
  it('is a row of its own, after which the next event begins anew', async () => {
    const world = await FoldWorld.open([...added('a'), new ItemRemoved('all'), ...added('b')]);
    await world.run([world.job(1, 2)]);
    expect(await world.latest()).toMatchObject({ sequence: 2, state: null });
    await world.run([world.job(3, 3)]);
    expect(await world.latest()).toMatchObject({ sequence: 3, state: { names: ['b'] } });
  });
});

describe('a state that no row can hold', () => {
  const circle: Record<string, unknown> = {};
  circle.self = circle;

  it.each<[string, unknown, RegExp]>([
    ['undefined', undefined, /returned undefined/],
    ['a promise', Promise.resolve({}), /returned a promise/],
    ['a bigint', { big: 1n }, /not JSON/],
    ['a circle', circle, /not JSON/],
    ['a date', { at: new Date(0) }, /a Date at at/],
    ['a map', { by: { name: new Map() } }, /a Map at by\.name/],
    ['no number', { list: [1, Number.NaN] }, /NaN at list\[1\]/],
    ['a function', { call: () => 1 }, /type function at call/],
    ['an array with a hole', { list: [1, undefined] }, /type undefined at list\[1\]/],
  ])('is refused: %s', async (_, result, message) => {
    for (const checkPurity of [false, true]) {
      const handler = { init: () => ({}), apply: () => result };
      const world = await FoldWorld.open(added('a'), { handler, checkPurity });
      const { completed, failure } = await world.run([world.job(1, 1)]);
      expect(completed).toBe(0);
      expect(failure!.error).toMatchObject({
        code: 'INVALID_PROJECTION_RESULT',
        kind: 'permanent',
        message: expect.stringMatching(message),
      });
      expect(world.history).toEqual([]);
    }
  });

  it('takes only the event back that led to it, and names aggregate and size when it is too large', async () => {
    const world = await FoldWorld.open(added('a', 'b', 'x'.repeat(100), 'c'), { fold: { maxStateBytes: 100 } });
    const folded = await world.run([world.job(1, 1), world.job(2, 3), world.job(4, 4)]);
    expect(folded).toMatchObject({ completed: 1, failure: { error: { code: 'STATE_TOO_LARGE', kind: 'permanent' } } });
    expect(sequences(folded.covered)).toEqual([1]);
    expect(String(folded.failure!.error)).toMatch(
      /baskets@1 for b1 of tenant tenant-.* has grown to 13\d bytes.* 100\./,
    );
    expect(await world.latest()).toMatchObject({ sequence: 2, state: world.expected(2) });
  });

  it('is found on a long way too', async () => {
    const world = await FoldWorld.open(added('a', 'b', 'x'.repeat(100), 'c'), {
      fold: { maxStateBytes: 100, maxBatchEvents: 2 },
    });
    expect(await world.run([world.job(1, 4, false)])).toMatchObject({ completed: 0, failure: {} });
    expect(sequences(world.history)).toEqual([2]);
  });

  it('leaves a row alone that was saved before the bound was lowered', async () => {
    const world = await FoldWorld.open([...added('a'), new Noted('b')], { fold: { maxStateBytes: 10 } });
    await world.projections.save([{ ...world.key, sequence: 1, state: 'x'.repeat(50), updatedAt: 1 }]);
    expect(await world.run([world.job(2, 2)], true)).toMatchObject({ completed: 1 });
    expect(await world.latest()).toMatchObject({ sequence: 2, state: 'x'.repeat(50) });
  });
});

describe('what a worker remembers', () => {
  const cached = { cacheBytes: 1_000_000, workers: 2 };

  it('spares the load of a row that new events follow, and of the first event of a stream', async () => {
    const { world, run, job } = bound(await FoldWorld.open(added('a', 'b', 'c', 'd'), cached));
    await run([job(1, 1)]);
    await run([job(2, 2), job(3, 4)]);
    expect(world.calls).toEqual({ loads: 0, saves: 2 });
    expect(await world.latest()).toMatchObject({ sequence: 4, state: world.expected(4) });
  });

  it('is nothing when its bound is 0', async () => {
    const { world, run, job } = bound(await FoldWorld.open(added('a', 'b')));
    await run([job(1, 1)]);
    await run([job(2, 2)]);
    expect(world.calls).toEqual({ loads: 1, saves: 2 });
  });

  it('is not looked at behind a gap, for a range from the log, and for what is delivered again', async () => {
    for (const [from, inline, redelivered, loads] of [
      [3, true, false, 2],
      [2, false, false, 1],
      [2, true, true, 1],
    ] as const) {
      const { world, run, job } = bound(await FoldWorld.open(added('a', 'b', 'c'), cached));
      await run([job(1, 1)]);
      await run([job(from, 3, inline)], redelivered);
      expect(world.calls.loads).toBe(loads);
      expect(await world.latest()).toMatchObject({ sequence: 3, state: world.expected(3) });
    }
  });

  it('goes when the batch after it failed', async () => {
    const { world, run, job } = bound(await FoldWorld.open(added('a', 'b'), cached));
    await run([job(1, 1)]);
    world.handler.failAt = 2;
    await run([job(2, 2)]);
    expect(world.caches[0]!.get(world.key)).toBeUndefined();
  });

  it('does not outlive a stream that begins anew after its tenant was forgotten', async () => {
    const { world, run, job } = bound(await FoldWorld.open(added('a', 'b', 'c'), cached));
    await run([job(1, 1)], false, 0);
    await run([job(1, 2)], false, 1);
    await forget(world);
    await world.append(added('x', 'y', 'z'));
    // This process forgot its own; the other one does not know, and its rows are too old by the time they could matter.
    world.caches[0]!.forget(world.key.tenantId);
    world.clock.time += 60_000;
    await run([world.job(4, 4)].map(shifted), false, 0);
    await run([world.job(5, 5), world.job(6, 6)].map(shifted), false, 1);
    expect(await world.latest()).toMatchObject({ sequence: 3, state: { names: ['x', 'y', 'z'] } });
  });

  it('is no obstacle to the first event of such a stream, whatever its age', async () => {
    const { world, run, job } = bound(await FoldWorld.open(added('a', 'b', 'c'), cached));
    await run([job(1, 3)]);
    await forget(world);
    await world.append(added('x', 'y'));
    await run([world.job(4, 4)].map(shifted));
    await run([world.job(5, 5)].map(shifted));
    expect(await world.latest()).toMatchObject({ sequence: 2, state: { names: ['x', 'y'] } });
  });

  /** Removes all of the tenant; what is appended then has the sequences of a new stream. */
  async function forget(world: FoldWorld): Promise<void> {
    await world.projections.forget(world.key.tenantId);
    await world.store.log.forget(world.key.tenantId);
  }

  /** `world.job` counts all events that were ever appended. */
  function shifted<J extends { readonly from: number; readonly to: number }>(job: J): J {
    return { ...job, from: job.from - 3, to: job.to - 3 };
  }
});

describe('a skip', () => {
  const cached = { cacheBytes: 1_000_000, workers: 2 };

  it('lets the fold go on with all other events of the job, and is obeyed by workers that remember', async () => {
    const world = await FoldWorld.open([...added('a', 'b'), POISON, ...added('c', 'd')], cached);
    await world.run([world.job(1, 2)], false, 1);
    const folded = await world.run([world.job(1, 2), world.job(3, 4)], false, 0);
    expect(folded).toMatchObject({ completed: 1, failure: { error: expect.any(PermanentError) } });
    expect(await world.skip()).toBe(3);
    expect(await world.run([world.job(3, 4), world.job(5, 5)], true, 0)).toMatchObject({ completed: 2 });
    expect(await world.run([world.job(3, 5)], false, 1)).toMatchObject({ completed: 1 });
    expect(await world.latest()).toMatchObject({ sequence: 5, state: { names: ['a', 'b', 'c', 'd'] } });
  });

  it('may be repeated before the lane has gone on', async () => {
    const world = await FoldWorld.open([POISON, ...added('a'), POISON]);
    await world.run([world.job(1, 3)]);
    expect([await world.skip(), await world.skip()]).toEqual([1, 1]);
    expect(await world.skipped()).toMatchObject([{ sequence: 1, by: 'ann', reason: 'poison', at: 1_000 }]);
    await world.run([world.job(1, 3)], true);
    expect(await world.skip()).toBe(3);
    expect(await world.run([world.job(1, 3)], true)).toMatchObject({ completed: 1 });
    expect(await world.latest()).toMatchObject({ sequence: 3, state: { names: ['a'] } });
  });

  it.each(['load', 'save'] as const)(
    'keeps what two operators skip, of whom one stands still at his %s',
    async (call) => {
      await slowSkipTakesNothing(new MemoryProjectionStore(), call);
    },
  );

  it('skips nothing for an operator whom the stream overtakes, and tells him so', async () => {
    await overtakenSkipIsRefused(new MemoryProjectionStore());
  });

  it('is no event for reactors', async () => {
    const world = await FoldWorld.open([...added('a'), POISON, ...added('b')]);
    await world.run([world.job(1, 3)]);
    await world.skip();
    expect(sequences((await world.run([world.job(1, 3)], true)).covered)).toEqual([1, 3]);
  });

  /** Takes the poison once it is mended. */
  function mendable() {
    const handler = {
      isMended: false,
      init: (): Basket => ({ names: [], quantity: 0 }),
      apply({ names, quantity }: Basket, { data }: RecordedEvent): Basket {
        const { name } = data as ItemAdded;
        if (name === POISON.name && !handler.isMended) throw new PermanentError('poison');
        return { names: [...names, name], quantity };
      },
    };
    return handler;
  }

  it('is obeyed in a gap between new events too, by a handler that would take the event now', async () => {
    const handler = mendable();
    const world = await FoldWorld.open([...added('a', 'b'), POISON, ...added('c')], { ...cached, handler });
    await world.run([world.job(1, 1)], false, 1);
    await world.run([world.job(1, 3)], false, 0);
    await world.skip();
    handler.isMended = true;
    await world.run([world.job(2, 2), world.job(4, 4)], false, 1);
    expect(await world.latest()).toMatchObject({ sequence: 4, state: { names: ['a', 'b', 'c'] } });
  });

  it('is obeyed by a rebuild, with a handler too that would take the event now', async () => {
    const handler = mendable();
    const world = await FoldWorld.open([...added('a'), POISON, ...added('b')], { handler });
    await world.run([world.job(1, 3)]);
    await world.skip();
    handler.isMended = true;
    const load = world.projections.load.bind(world.projections);
    world.projections.load = async (keys) =>
      (await load(keys)).map((row, index) => (keys[index]!.projection === world.key.projection ? null : row));
    expect(await world.run([world.job(1, 3, false)], true)).toMatchObject({ completed: 1 });
    expect(world.history.at(-1)).toMatchObject({ sequence: 3, state: { names: ['a', 'b'] } });
  });

  it('passes over an event that cannot be read', async () => {
    const world = await FoldWorld.open(added('a', 'b', 'c'));
    const read = world.store.read.bind(world.store);
    world.store.read = async function* (...args) {
      for await (const event of read(...args)) {
        if (event.sequence === 2) throw new PermanentError('undecodable');
        yield event;
      }
    };
    expect(await world.run([world.job(1, 3, false)])).toMatchObject({ completed: 0, failure: {} });
    expect(await world.skip()).toBe(2);
    expect(await world.run([world.job(1, 3, false)], true)).toMatchObject({ completed: 1 });
    expect(await world.latest()).toMatchObject({ sequence: 3, state: { names: ['a', 'c'] } });
  });
});

describe('a fold that is not pure', () => {
  const empty = (): Basket => ({ names: [], quantity: 0 });
  let count = 0;

  it.each<[string, () => Basket, (state: Basket, event: RecordedEvent) => Basket, RegExp]>([
    [
      'changes its state',
      empty,
      (state) => {
        state.names.push('x');
        return state;
      },
      /Baskets\.apply\(\) changed the state/,
    ],
    [
      'deletes from its state',
      () => ({ ...empty(), quantity: 1 }),
      (state) => {
        delete (state as Partial<Basket>).quantity;
        return state;
      },
      /Baskets\.apply\(\) changed the state/,
    ],
    [
      'changes its event',
      empty,
      (state, event) => {
        (event.data as { name: string }).name = 'other';
        return state;
      },
      /Baskets\.apply\(\) changed the event/,
    ],
    [
      'counts its calls',
      empty,
      (state) => ({ ...state, quantity: (count += 1) }),
      /Baskets\.apply\(\) gave two different/,
    ],
    [
      'counts in init()',
      () => ({ ...empty(), quantity: (count += 1) }),
      (state) => state,
      /Baskets\.init\(\) gave two/,
    ],
    [
      'fails now and then',
      empty,
      (state) => {
        count += 1;
        if (count % 2 === 0) throw new Error('even');
        return state;
      },
      /Baskets\.apply\(\) gave two different answers/,
    ],
  ])('is refused when it %s', async (_, init, apply, message) => {
    const world = await FoldWorld.open(added('a'), { handler: { init, apply }, checkPurity: true });
    const { failure } = await world.run([world.job(1, 1)]);
    expect(failure!.error).toMatchObject({
      code: 'IMPURE_FOLD',
      kind: 'permanent',
      message: expect.stringMatching(message),
    });
    expect(world.history).toEqual([]);
  });

  it('is told the line that changed something', async () => {
    const apply = (state: Basket): Basket => {
      state.quantity += 1;
      return state;
    };
    const world = await FoldWorld.open(added('a'), { handler: { init: empty, apply }, checkPurity: true });
    const { failure } = await world.run([world.job(1, 1)]);
    expect(failure!.error).toMatchObject({ cause: { name: 'TypeError', stack: expect.stringContaining('apply') } });
  });

  it('passes when it is pure, and its own errors come through', async () => {
    const handler = {
      init: empty,
      apply({ names }: Basket, { data, sequence }: RecordedEvent): Basket | null {
        if (sequence === 3) throw new PermanentError('mine');
        // Properties that JSON leaves out, or puts in another place, make no difference.
        const state = sequence === 1 ? { first: undefined, ...empty(), extra: undefined } : empty();
        return { ...state, names: [...names, (data as ItemAdded).name] };
      },
    };
    const world = await FoldWorld.open(added('a', 'b', 'c'), { handler, checkPurity: true });
    expect(await world.run([world.job(1, 2), world.job(3, 3)])).toMatchObject({
      completed: 1,
      failure: { error: { message: 'mine' } },
    });
    expect(await world.latest()).toMatchObject({ sequence: 2, state: { names: ['a', 'b'] } });
  });
});

function bound(world: FoldWorld): { world: FoldWorld; run: FoldWorld['run']; job: FoldWorld['job'] } {
  return { world, run: world.run.bind(world), job: world.job.bind(world) };
}
