import fc from 'fast-check';
import { expect } from 'vitest';
import type { ProjectionStore } from '../../lib/projections/stores/projection-store.js';
import { ItemAdded, ItemRemoved, Noted } from './contract-events.js';
import { FoldLane, type LaneStep } from './fold-lane.js';
import { FoldWorld } from './fold-world.js';

const MAX_STEPS = 40;
const WORKERS = 3;

const worker = fc.nat(WORKERS - 1);
const anEvent = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 9 }).map((quantity) => new ItemAdded(`i${quantity}`, quantity)) },
  { weight: 1, arbitrary: fc.constant(new ItemRemoved('all')) },
  { weight: 2, arbitrary: fc.constant(new Noted('not listed')) },
);

const append = fc.record({
  kind: fc.constant('append' as const),
  events: fc.array(anEvent, { minLength: 1, maxLength: 3 }),
  carries: fc.boolean(),
});
const take = { kind: fc.constant('take' as const), worker, jobs: fc.integer({ min: 1, max: 5 }) };

const aStep: fc.Arbitrary<LaneStep> = fc.oneof(
  { weight: 4, arbitrary: append },
  { weight: 5, arbitrary: fc.record(take) },
  { weight: 2, arbitrary: fc.record({ ...take, standsStillAt: fc.constantFrom('load' as const, 'save' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('goOn' as const), worker }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('lose' as const, 'repeat' as const, 'delay' as const),
      place: fc.nat(),
    }),
  },
  { weight: 1, arbitrary: fc.constantFrom({ kind: 'loseAll' as const }, { kind: 'compare' as const }) },
);

export interface LaneProperty {
  readonly numRuns: number;
  /** Whether folds drop what their rows cover. @default true */
  readonly guarded?: boolean;
}

/**
 * Whatever becomes of the jobs of a lane and of its workers, every row that is saved equals the sequential fold; and after
 * a comparison with the log the last one is the fold of all events.
 */
export async function foldsSurviveLossAndPauses(
  projections: () => ProjectionStore,
  { numRuns, guarded = true }: LaneProperty,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(
      fc.array(aStep, { minLength: 1, maxLength: MAX_STEPS }),
      fc.constantFrom(1, 3, 500),
      fc.constantFrom(0, 700, 1_000_000),
      async (steps, maxBatchEvents, cacheBytes) => {
        const world = await FoldWorld.open([], {
          projections: projections(),
          workers: WORKERS,
          cacheBytes,
          fold: { maxBatchEvents },
          guarded,
        });
        const lane = new FoldLane(world);
        for (const step of steps) await lane.step(step);
        await lane.end();
        for (const row of world.history) expect(row.state).toEqual(world.expected(row.sequence));
        const row = await world.latest();
        const last = world.events.findLastIndex((event) => !(event instanceof Noted)) + 1;
        expect(row?.sequence ?? 0).toBeGreaterThanOrEqual(last);
        expect(row?.state ?? null).toEqual(world.expected(world.events.length));
      },
    ),
    { numRuns },
  );
}
