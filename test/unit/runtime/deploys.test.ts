import { Logger } from '@nestjs/common';
import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { DeployProcess, DeployWorld, NEXT, OLD } from '../../support/deploy-world.js';

const RUNS = 400;
/** Sweeps, and looks whether routes are still kept, after all is quiet: one would do, but for what they meet in the middle. */
const ROUNDS = 4;

const ACTS = ['append', 'append y', 'next appends', 'next starts', 'next dies', 'old dies', 'sweep', 'keep'] as const;
const FAULTS = ['old lapses', 'next lapses', 'routes are lost'] as const;
type Act = (typeof ACTS)[number] | (typeof FAULTS)[number];

async function play(scheduler: fc.Scheduler, acts: readonly Act[]): Promise<void> {
  const world = new DeployWorld(scheduler);
  let next: DeployProcess | undefined;
  const begin = (route: typeof OLD): DeployProcess => {
    const one = new DeployProcess(world, route);
    void one.keep();
    return one;
  };
  let old = begin(OLD);
  const does: Record<Act, () => unknown> = {
    append: () => old.append('x'),
    'append y': () => old.append('y'),
    'next appends': () => next?.append('x'),
    'next starts': () => (next ??= begin(NEXT)),
    'next dies': () => {
      next?.die();
      next = undefined;
    },
    'old dies': () => {
      old.die();
      old = begin(OLD);
    },
    sweep: () => (next ?? old).sweep(),
    keep: () => [old.keep(), next?.keep()],
    'old lapses': () => world.lapse(OLD),
    'next lapses': () => world.lapse(NEXT),
    'routes are lost': () => world.loseRoutes(),
  };
  scheduler.scheduleSequence(acts.map((label) => ({ label, builder: async () => void does[label]() })));
  await scheduler.waitIdle();
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const one of [old, next]) void one?.keep();
    void old.sweep();
    await scheduler.waitIdle();
  }
  expect(world.lack(OLD)).toEqual([]);
  if (next) expect(world.lack(NEXT)).toEqual([]);
  expect(world.undispatched.find({ olderThanMs: 0, limit: 1 }, 0)).toEqual([]);
}

it('an event reaches the components of all releases that run, in whatever order their steps are taken', async () => {
  vi.spyOn(Logger.prototype, 'log').mockReturnValue(undefined);
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.array(fc.constantFrom<Act>(...ACTS, ...FAULTS), { maxLength: 12 }), play),
    { numRuns: RUNS },
  );
});

it('also when routes are lost again while a comparison goes on', async () => {
  const acts = fc.array(fc.constantFrom<Act>('append', 'keep', 'routes are lost'), { minLength: 5, maxLength: 15 });
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), acts, (scheduler, some) => play(scheduler, ['next starts', ...some])),
    { numRuns: RUNS },
  );
});

it('without a sweep as well, unless somebody dies', async () => {
  const acts = fc.array(fc.constantFrom<Act>('append', 'append y', 'next appends', 'next starts'), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), acts, async (scheduler, some) => {
      const world = new DeployWorld(scheduler);
      const [old, next] = [new DeployProcess(world, OLD), new DeployProcess(world, NEXT)];
      void old.keep();
      for (const act of [...some, 'next starts']) {
        const does = (): unknown => {
          if (act === 'next starts') return next.keep();
          return act === 'next appends' ? next.append('x') : old.append(act === 'append' ? 'x' : 'y');
        };
        void scheduler.schedule(Promise.resolve(), act).then(() => void does());
      }
      await scheduler.waitIdle();
      expect([world.lack(OLD), world.lack(NEXT)]).toEqual([[], []]);
    }),
    { numRuns: RUNS },
  );
});
