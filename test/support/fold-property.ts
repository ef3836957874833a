import fc from 'fast-check';
import { expect } from 'vitest';
import { PermanentError } from '../../lib/errors/permanent.error.js';
import type { ProjectionStore } from '../../lib/projections/stores/projection-store.js';
import { ItemAdded, ItemRemoved, Noted } from './contract-events.js';
import { FoldWorld, POISON } from './fold-world.js';

const MAX_EVENTS = 25;
const WORKERS = 3;

const anEvent = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 9 }).map((quantity) => new ItemAdded(`i${quantity}`, quantity)) },
  { weight: 1, arbitrary: fc.constant(new ItemRemoved('all')) },
  { weight: 2, arbitrary: fc.constant(new Noted('not listed')) },
  { weight: 1, arbitrary: fc.constant(POISON) },
);

/** Jobs as they may come to one worker: in any order, twice, late, with or without their events. */
const aBatch = fc.record({
  worker: fc.nat(WORKERS - 1),
  ranges: fc.array(fc.tuple(fc.nat(MAX_EVENTS - 1), fc.nat(4), fc.boolean()), { minLength: 1, maxLength: 4 }),
  // The next events that nobody has folded yet, as they mostly come.
  follows: fc.boolean(),
  redelivered: fc.boolean(),
});

const aRound = fc.record({
  batches: fc.array(aBatch, { minLength: 1, maxLength: 3 }),
  stale: fc.option(fc.nat(50), { nil: -1, freq: 2 }),
  readsFail: fc.boolean(),
  failAt: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: MAX_EVENTS })),
  passesMs: fc.constantFrom(0, 0, 40_000),
});

/** Whatever happens to the jobs of an aggregate, every row that is saved equals the sequential fold. */
export async function foldsEqualSequentialFold(projections: () => ProjectionStore, numRuns: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(
      fc.array(anEvent, { minLength: 1, maxLength: MAX_EVENTS }),
      fc.array(aRound, { maxLength: 12 }),
      fc.constantFrom(1, 3, 500),
      fc.constantFrom(0, 700, 1_000_000),
      async (events, rounds, maxBatchEvents, cacheBytes) => {
        const world = await FoldWorld.open(events, {
          projections: projections(),
          workers: WORKERS,
          cacheBytes,
          fold: { maxBatchEvents },
        });
        const { history, handler } = world;
        const reached = (): number => Math.max(0, ...history.map(({ sequence }) => sequence));
        for (const { batches, stale, readsFail, failAt, passesMs } of rounds) {
          world.pick = () => (stale < 0 ? -1 : stale % (history.length + 1));
          world.clock.time += passesMs;
          world.store.fails = readsFail;
          handler.failAt = failAt;
          const next = reached() + 1;
          const folded = batches.map(async ({ worker, ranges, follows, redelivered }) => {
            const jobs = ranges.map(([begin, length, inline], index) => {
              const from = follows ? next + index : begin + 1;
              const to = follows ? from : from + length;
              return world.job(Math.min(from, events.length), Math.min(to, events.length), inline);
            });
            const { completed, covered, failure } = await world.run(jobs, redelivered, worker);
            expect(failure === undefined).toBe(completed === jobs.length);
            // What is acknowledged is saved, by this run or by one before it, and so is what reactors are told of.
            for (const { to } of jobs.slice(0, completed)) expect(reached()).toBeGreaterThanOrEqual(to);
            for (const { sequence } of covered) expect(reached()).toBeGreaterThanOrEqual(sequence);
            return failure?.error;
          });
          const errors = await Promise.all(folded);
          world.pick = () => -1;
          expect((await world.latest())?.sequence ?? 0).toBe(reached());
          if (errors.some((error) => error instanceof PermanentError)) await world.skip();
        }
        handler.failAt = 0;
        world.store.fails = false;
        world.pick = () => -1;
        for (let skips = 0; (await world.run([world.job(1, events.length, false)])).failure; skips += 1) {
          expect(skips).toBeLessThan(events.length);
          expect(events[(await world.skip())! - 1]).toBe(POISON);
        }
        for (const row of history) expect(row.state).toEqual(world.expected(row.sequence));
        const row = await world.latest();
        expect(row).toMatchObject({ sequence: events.length });
        expect(row!.state).toEqual(world.expected(events.length));
        const middle = events.length >> 1;
        const replayed = await world.replay({ sequence: middle });
        expect(replayed).toMatchObject({ sequence: middle, state: world.expected(middle) });
      },
    ),
    { numRuns },
  );
}
