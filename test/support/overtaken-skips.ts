import { expect } from 'vitest';
import type { RecordedEvent } from '../../lib/events/recorded-event.js';
import { PermanentError } from '../../lib/errors/permanent.error.js';
import { SkipOvertakenError } from '../../lib/projections/skip-overtaken.error.js';
import type { ProjectionStore } from '../../lib/projections/stores/projection-store.js';
import { ItemAdded } from './contract-events.js';
import { expectRefused } from './expect-refused.js';
import { type Basket, FoldWorld, POISON, type StoreCall } from './fold-world.js';
import { gate } from './gate.js';
import { overriding } from './overriding.js';

const EVENTS = [new ItemAdded('a'), POISON, new ItemAdded('b'), POISON, new ItemAdded('c')];
const FIRST = 2;
const SECOND = 4;

/** Of two operators one stands still in the middle of a skip, with the list as he loaded it or before he saves it, while the other skips two events. */
export async function slowSkipTakesNothing(projections: ProjectionStore, call: StoreCall): Promise<void> {
  const world = await FoldWorld.open(EVENTS, { projections });
  await world.run([world.job(1, 5)]);
  const { slow, reached, letGo } = standingStill(world, call);
  const skipping = world.skip(slow);
  await reached;

  expect(await world.skip()).toBe(FIRST);
  await world.run([world.job(1, 5)], true);
  expect(await world.skip()).toBe(SECOND);
  expect(await world.run([world.job(1, 5)], true)).toMatchObject({ completed: 1 });

  world.clock.time += 10;
  letGo();
  expect(await skipping).toBe(FIRST);
  expect((await world.skipped()).map(({ sequence }) => sequence)).toEqual([FIRST, SECOND]);
}

/** One stands still while the event that he skips is folded after all, and another one skips the next. */
export async function overtakenSkipIsRefused(projections: ProjectionStore): Promise<void> {
  let failing = POISON_ALL;
  const handler = {
    init: (): Basket => ({ names: [], quantity: 0 }),
    apply: (basket: Basket, { sequence }: RecordedEvent): Basket => {
      if (failing.includes(sequence)) throw new PermanentError('poison');
      return { ...basket, quantity: basket.quantity + 1 };
    },
  };
  const world = await FoldWorld.open(EVENTS, { projections, handler });
  await world.run([world.job(1, 5)]);
  const { slow, reached, letGo } = standingStill(world, 'save');
  const skipping = expectRefused(() => world.skip(slow), SkipOvertakenError);
  await reached;

  failing = [SECOND];
  await world.run([world.job(1, 5)], true);
  expect(await world.skip()).toBe(SECOND);

  world.clock.time += 10;
  letGo();
  await skipping;
  expect((await world.skipped()).map(({ sequence }) => sequence)).toEqual([SECOND]);
}

const POISON_ALL = [FIRST, SECOND];

function standingStill({ projections }: FoldWorld, call: StoreCall) {
  const [arrived, go] = [gate(), gate()];
  const standStill = async (at: StoreCall): Promise<void> => {
    if (at !== call) return;
    arrived.open();
    await go.opened;
  };
  const slow = overriding(projections, {
    load: async (keys) => {
      const rows = await projections.load(keys);
      if (keys.some(({ projection }) => projection.startsWith('$skips:'))) await standStill('load');
      return rows;
    },
    save: async (rows) => {
      await standStill('save');
      await projections.save(rows);
    },
  });
  return { slow, reached: arrived.opened, letGo: go.open };
}
