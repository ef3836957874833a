import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StoreUnavailableError } from '../../../lib/event-store/store-unavailable.error.js';
import type { FoldProjectionOptions } from '../../../lib/projections/fold-projection.decorator.js';
import { ImpureFoldError } from '../../../lib/projections/impure-fold.error.js';
import type { LinkAppend } from '../../../lib/projections/links/route-run.js';
import { InvalidKeyError } from '../../../lib/projections/links/invalid-key.error.js';
import { type Course, type Fault, Hit, Miss, RouteWorld } from '../../support/route-world.js';

const KEYS = ['a', 'b', 'c'];
const SOURCES = ['s1', 's2'];
const MAX_EVENTS = 10;
const WORKERS = 3;

const anEvent = fc.oneof(
  { weight: 12, arbitrary: fc.subarray(KEYS).map((keys) => Hit.of(keys)) },
  { weight: 1, arbitrary: fc.constant(new Miss()) },
  { weight: 1, arbitrary: fc.constant(Hit.of([], true)) },
);

/** Of the calls of an attempt mostly none goes wrong, and seldom two. */
const someFaults = fc
  .array(
    fc.tuple(fc.nat(9), fc.constantFrom<Fault>('fail-before', 'fail-after', 'die-before', 'die-before', 'die-after')),
    { maxLength: 2 },
  )
  .map((faults) => {
    const calls: (Fault | undefined)[] = [];
    for (const [call, fault] of faults) calls[call] = fault;
    return calls;
  });

/** Jobs as they may come to one worker: in any order, twice, late, overlapping, with or without their events. */
const anAttempt = fc.record({
  source: fc.constantFrom(...SOURCES),
  worker: fc.nat(WORKERS - 1),
  ranges: fc.array(fc.tuple(fc.nat(MAX_EVENTS - 1), fc.nat(5), fc.boolean()), { minLength: 1, maxLength: 3 }),
  redelivered: fc.boolean(),
  faults: someFaults,
  stale: fc.option(fc.nat(20), { nil: -1, freq: 2 }),
});

const aRound = fc.record({ attempts: fc.array(anAttempt, { minLength: 1, maxLength: 5 }), settles: fc.boolean() });

describe('RouteExecutor', () => {
  it('links each event once and in order, whatever happens to those who do it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.tuple(
          fc.array(anEvent, { minLength: 1, maxLength: MAX_EVENTS }),
          fc.array(anEvent, { minLength: 1, maxLength: MAX_EVENTS }),
        ),
        fc.array(aRound, { minLength: 1, maxLength: 3 }),
        fc.constantFrom(1, 2, 3, 500),
        fc.constantFrom(0, 1_000_000),
        async (scheduler, logs, rounds, maxBatchEvents, cacheBytes) => {
          const world = await RouteWorld.open({ fold: { maxBatchEvents }, workers: WORKERS, cacheBytes });
          for (const [index, source] of SOURCES.entries()) await world.append(source, logs[index]!);
          const told: LinkAppend[] = [];
          for (const { attempts, settles } of rounds) {
            // All at once: whoever lost its lease goes on beside whoever has it now.
            for (const { source, worker, ranges, redelivered, faults, stale } of attempts) {
              const last = world.events(source).length;
              const jobs = ranges.map(([begin, length, inline]) =>
                world.job(source, Math.min(begin + 1, last), Math.min(begin + 1 + length, last), inline),
              );
              const course = { turn: () => scheduler.schedule(Promise.resolve()), faults, stale };
              void world.route(source, jobs, { worker, redelivered, course }).then(
                ({ completed, appended, failure }) => {
                  expect(failure === undefined).toBe(completed === jobs.length);
                  told.push(...appended);
                },
                (error: unknown) => expect(error).toBeInstanceOf(StoreUnavailableError),
              );
            }
            await scheduler.waitIdle();
            if (settles) for (const source of SOURCES) await settle(world, source, false);
          }
          for (const source of SOURCES) await settle(world, source, true);
          await expectLinked(world);
          await expectFolded(world, told);
        },
      ),
      { numRuns: 250 },
    );
  }, 60_000);
});

describe('RouteExecutor, step by step', () => {
  const dies = (call: number, fault: Fault = 'die-before'): { course: Course } => {
    const faults: Fault[] = [];
    faults[call] = fault;
    return { course: { turn: () => Promise.resolve(), faults } };
  };
  const worldOf = async (...keys: readonly (readonly string[])[]): Promise<RouteWorld> => {
    const world = await RouteWorld.open({ cacheBytes: 1_000_000, workers: 2 });
    await world.append(
      's1',
      keys.map((some) => Hit.of(some)),
    );
    return world;
  };
  /** An attempt of which nothing is heard after its n-th call of a store. */
  const dying = async (world: RouteWorld, from: number, to: number, calls: number): Promise<void> => {
    void world.route('s1', [world.job('s1', from, to)], dies(calls));
    await setImmediate();
  };
  const cursor = (world: RouteWorld) => world.history.at(-1);

  it('links new events without a look at the store, and others behind the cursor', async () => {
    const world = await worldOf(['a', 'b', 'a'], [], ['b']);
    const first = await world.route('s1', [world.job('s1', 1, 1)]);
    expect(first).toMatchObject({ completed: 1, failure: undefined });
    await world.route('s1', [world.job('s1', 2, 2), world.job('s1', 3, 3)]);
    expect(world.calls).toEqual({ loads: 0, appends: 3, reads: 0 });
    expect([await world.links('a'), await world.links('b')]).toEqual([['s1/1'], ['s1/1', 's1/3']]);
    await world.append('s1', [Hit.of(['a']), Hit.of(['a'])]);
    // A gap, on a worker that knows nothing.
    expect(await world.route('s1', [world.job('s1', 5, 5)], { worker: 1 })).toMatchObject({ completed: 1 });
    expect(world.calls).toMatchObject({ loads: 1, reads: 1 });
    expect(await world.links('a')).toEqual(['s1/1', 's1/4', 's1/5']);
    // What is routed is dropped.
    expect(await world.route('s1', [world.job('s1', 2, 4)])).toMatchObject({ completed: 1, appended: [] });
  });

  it('gives the fold the events of new links, and lets it look for those that were there', async () => {
    const world = await worldOf(['a'], ['a']);
    const { appended } = await world.route('s1', [world.job('s1', 1, 2, false)]);
    expect(appended).toMatchObject([
      { result: { firstSequence: 1, lastSequence: 2 }, events: [{ sequence: 1 }, { sequence: 2 }] },
    ]);
    expect(appended[0]!.events).toEqual(world.events('s1'));
    const again = await worldOf(['a'], ['a']);
    await dying(again, 1, 2, 1);
    const found = await again.route('s1', [again.job('s1', 1, 2)], { redelivered: true });
    expect(found.appended).toMatchObject([{ result: { lastSequence: 2, repeated: true }, events: null }]);
  });

  it('goes on behind an append that reaches further than it, also on another worker', async () => {
    const world = await worldOf(['a'], ['b'], ['a', 'b'], ['a']);
    // It links all four, and dies before it saves its cursor.
    await dying(world, 1, 4, 2);
    expect(await world.route('s1', [world.job('s1', 1, 2)], { redelivered: true })).toMatchObject({ completed: 1 });
    expect(cursor(world)).toMatchObject({ sequence: 2 });
    expect(Object.values((cursor(world)!.state as { ahead: object }).ahead)).toEqual([4, 3]);
    await world.route('s1', [world.job('s1', 3, 4)], { worker: 1 });
    expect(cursor(world)).toMatchObject({ sequence: 4, state: {} });
    expect([await world.links('a'), await world.links('b')]).toEqual([
      ['s1/1', 's1/3', 's1/4'],
      ['s1/2', 's1/3'],
    ]);
  });

  it('goes on behind an append that has fewer links, and behind one key of which the other lacks', async () => {
    const world = await worldOf(['a', 'b'], ['a', 'b'], ['a', 'b']);
    await dying(world, 1, 1, 1);
    await world.route('s1', [world.job('s1', 1, 3)], { redelivered: true });
    const all = ['s1/1', 's1/2', 's1/3'];
    expect([await world.links('a'), await world.links('b')]).toEqual([all, all]);
  });

  it('tells what it appended before it failed, and keeps the order of what it did not', async () => {
    const world = await worldOf(['a'], ['a', 'b']);
    const { completed, appended, failure } = await world.route('s1', [world.job('s1', 1, 2)], dies(1, 'fail-before'));
    expect(completed).toBe(0);
    expect(failure!.error).toBeInstanceOf(StoreUnavailableError);
    expect(appended).toHaveLength(1);
    expect(world.history).toEqual([]);
    await world.route('s1', [world.job('s1', 1, 2)]);
    expect([await world.links('a'), await world.links('b')]).toEqual([['s1/1', 's1/2'], ['s1/2']]);
  });

  it('saves a cursor after every so many events', async () => {
    const world = await RouteWorld.open({ fold: { maxBatchEvents: 2 } });
    await world.append('s1', [...[1, 2, 3, 4, 5].map(() => Hit.of(['a'])), new Miss()]);
    await world.route('s1', [world.job('s1', 1, 6)]);
    expect(world.history.map(({ sequence }) => sequence)).toEqual([2, 4, 6]);
    expect(await world.links('a')).toHaveLength(5);
  });

  it.each<[string, FoldProjectionOptions['key'], RegExp]>([
    ['throws', () => fail(), /^The key of hits@1 threw \(Error: no\) for route\.hit, event 2 of source\/s1\. Return/],
    ['returns a number', () => 3 as unknown as string, /returned number for/],
    ['returns a promise', () => Promise.reject(new Error('late')) as unknown as string, /returned a promise for/],
    ['returns an empty key', () => ['a', ''], /returned a key that must not be empty, for/],
    ['returns a long key', () => 'x'.repeat(513), /returned a key that must not exceed 512 bytes, for/],
    [
      'returns too many',
      () => Array.from({ length: 101 }, (_, n) => `k${n}`),
      /101 keys, over its bound \(maxKeys\) of 100/,
    ],
  ])('stops at an event at which the key %s, and keeps what came before it', async (_, key, message) => {
    const world = await RouteWorld.open({
      fold: { key: (event) => (event.sequence === 2 ? key!(event) : (event.data as Hit).keys) },
    });
    await world.append('s1', [Hit.of(['a']), Hit.of(['b']), Hit.of(['a'])]);
    const { completed, failure } = await world.route('s1', [world.job('s1', 1, 1), world.job('s1', 2, 3)]);
    expect(completed).toBe(1);
    expect(failure!.error).toBeInstanceOf(InvalidKeyError);
    expect(failure!.error).toMatchObject({ kind: 'permanent', message: expect.stringMatching(message) as string });
    expect(cursor(world)).toMatchObject({ sequence: 1 });
    expect(await world.skip('s1')).toBe(2);
    expect(await world.route('s1', [world.job('s1', 2, 3)])).toMatchObject({ completed: 1, failure: undefined });
    expect([await world.links('a'), await world.links('b')]).toEqual([['s1/1', 's1/3'], []]);
  });

  it('counts what is named twice once, towards its bound too', async () => {
    const world = await RouteWorld.open({ fold: { maxKeys: 1, key: () => Array.from({ length: 5_000 }, () => 'a') } });
    await world.append('s1', [Hit.of([])]);
    expect(await world.route('s1', [world.job('s1', 1, 1)])).toMatchObject({ completed: 1 });
    expect(await world.links('a')).toEqual(['s1/1']);
  });

  it('refuses a key that is no function of the event, where purity is checked', async () => {
    let n = 0;
    const impure = await RouteWorld.open({ checkPurity: true, fold: { key: () => `k${n++}` } });
    await impure.append('s1', [Hit.of(['a'])]);
    const { failure } = await impure.route('s1', [impure.job('s1', 1, 1)]);
    expect(failure!.error).toBeInstanceOf(ImpureFoldError);
    const changing = await RouteWorld.open({
      checkPurity: true,
      fold: { key: ({ data }) => (data as Hit).keys.sort() },
    });
    await changing.append('s1', [Hit.of(['b', 'a'])]);
    expect((await changing.route('s1', [changing.job('s1', 1, 1)])).failure!.error).toBeInstanceOf(InvalidKeyError);
  });
});

const fail = (): never => {
  throw new Error('no');
};

/** Routes an aggregate as far as it goes; to its end, what fails is skipped. */
async function settle(world: RouteWorld, source: string, toEnd: boolean): Promise<void> {
  const last = world.events(source).length;
  for (let skips = 0; skips <= last; skips += 1) {
    const { failure } = await world.route(source, [world.job(source, 1, last, false)], { redelivered: true });
    if (!failure) return;
    const skipped = await world.skip(source);
    expect(JSON.parse(world.events(source)[skipped! - 1]!.payload)).toMatchObject({ poison: true });
    if (!toEnd) return;
  }
  expect.unreachable();
}

/** The streams of the keys have each event that counts for them once, and in the order of its aggregate. */
async function expectLinked(world: RouteWorld): Promise<void> {
  for (const key of KEYS) {
    const links = await world.links(key);
    for (const source of SOURCES) {
      const counting = world.events(source).filter(({ type, payload }) => {
        return type === 'route.hit' && (JSON.parse(payload) as Hit).keys.includes(key);
      });
      expect(links.filter((link) => link.startsWith(`${source}/`))).toEqual(
        counting.map(({ sequence }) => `${source}/${sequence}`),
      );
    }
  }
}

/** The fold of each key equals a reduction of its links, from the jobs that were told of, backwards, and from the log. */
async function expectFolded(world: RouteWorld, told: readonly LinkAppend[]): Promise<void> {
  for (const key of KEYS) {
    const links = await world.links(key);
    if (links.length === 0) continue;
    const jobs = told
      .filter(({ result }) => result.stream.aggregateId === key)
      .map(({ result, events }) => ({ from: result.firstSequence, to: result.lastSequence, events }))
      .toReversed();
    if (jobs.length > 0) expect(await world.foldKey(key, jobs)).toMatchObject({ completed: jobs.length });
    await world.foldKey(key, [{ from: 1, to: links.length, events: null }]);
    expect(await world.state(key)).toEqual(links);
  }
}
