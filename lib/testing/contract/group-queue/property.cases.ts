import { randomUUID } from 'node:crypto';
import { setImmediate as immediate } from 'node:timers/promises';
import fc from 'fast-check';
import { PermanentError } from '../../../errors/permanent.error.js';
import type { Lane } from '../../../queue/lane.js';
import { eventually } from '../eventually.js';
import { type Decision, LaneModel } from './lane.model.js';
import { timing } from './timing.arbitrary.js';
import { type GroupQueueCases, POLICY, lane, range, sequenceOf, settled } from './group-queue-cases.js';

const RUNS = 60;
const LANES = ['a', 'b', 'c'] as const;
/** One of them counts as delayed. */
const of = (id: (typeof LANES)[number]): Lane => lane(id, id === 'c' ? 'timer' : 'fold');

const decision: fc.Arbitrary<Decision> = fc.record({
  completed: fc.nat({ max: 4 }),
  ending: fc.constantFrom('fine', 'fine', 'fails', 'fails for good', 'throws', 'holds'),
});
const stages = fc.array(fc.record({ lane: fc.constantFrom(...LANES), jobs: fc.integer({ min: 1, max: 5 }) }), {
  minLength: 1,
  maxLength: 12,
});

/** See `groupQueueSuite`. */
export function propertyCases({ expect, test, start }: GroupQueueCases): void {
  test.each(['park', 'dead-letter'] as const)(
    'goes with each lane as its model does, whatever handlers do (when exhausted: %s)',
    async (whenExhausted) => {
      await fc.assert(
        fc.asyncProperty(stages, fc.array(decision, { maxLength: 30 }), async (staged, decisions) => {
          const policy = { ...POLICY, maxBatchJobs: 4, whenExhausted };
          const models = new Map(LANES.map((id) => [id as string, new LaneModel(policy)]));
          const left = [...decisions];
          const wrong: unknown[] = [];
          const queue = await start(
            async (batch) => {
              const model = models.get(batch.lane.id)!;
              try {
                model.begin(batch);
              } catch (error) {
                wrong.push(error);
              }
              await immediate();
              return model.end(batch, left.shift() ?? { completed: 4, ending: 'fine' });
            },
            { policy, apart: randomUUID() },
          );
          for (const { lane: id, jobs } of staged) {
            await queue.stage(
              models
                .get(id)!
                .stage(jobs)
                .map((sequence) => range(of(id), sequence)),
            );
          }
          const all = [...models.values()];
          await eventually(async () => {
            expect(wrong).toEqual([]);
            const parkedJobs = all.reduce((sum, { waiting, parked }) => sum + (parked ? waiting.length : 0), 0);
            const deadLetters = all.reduce((sum, { aside }) => sum + aside.length, 0);
            const parkedLanes = all.filter(({ parked }) => parked).length;
            expect(await queue.depth()).toEqual({
              jobs: parkedJobs,
              parkedJobs,
              delayedJobs: 0,
              running: 0,
              parkedLanes,
              deadLetters,
            });
          });
          for (const [id, model] of models) {
            const inOrder = [...model.done, ...model.aside, ...model.waiting].toSorted((one, other) => one - other);
            expect(inOrder).toEqual(inOrder.map((_, index) => index + 1));
            expect(model.done).toEqual(model.done.toSorted((one, other) => one - other));
            const letters = await queue.control.deadLetters({ limit: 1_000 });
            const aside = letters.filter((one) => one.lane.id === id).map(({ job }) => sequenceOf(job));
            expect(aside).toEqual(model.aside);
          }
          await queue.drain();
        }),
        { numRuns: RUNS, endOnFailure: true },
      );
    },
  );

  test('runs each job once, or drops and counts it, whenever jobs are to run and whatever handlers do', async () => {
    const timed = fc.array(
      fc.record({ lane: fc.constantFrom(...LANES), timings: fc.array(timing, { minLength: 1 }) }),
      {
        maxLength: 8,
      },
    );
    await fc.assert(
      fc.asyncProperty(timed, fc.array(decision, { maxLength: 20 }), async (staged, decisions) => {
        const left = [...decisions];
        const running = new Set<string>();
        const begun = new Map<string, number[]>();
        const ended: number[] = [];
        const wrong: string[] = [];
        const queue = await start(
          async ({ lane: { id }, jobs }) => {
            if (running.has(id)) wrong.push(`two batches of ${id} at a time`);
            running.add(id);
            const numbers = jobs.map(sequenceOf);
            begun.set(id, [...(begun.get(id) ?? []), ...numbers]);
            await immediate();
            running.delete(id);
            const { completed, ending } = left.shift() ?? { completed: 4, ending: 'fine' };
            const done = numbers.slice(0, completed);
            if (ending === 'holds') return { completed: 0, followUps: [], heldForMs: 1 };
            if (ending === 'throws') throw new Error('one of them');
            ended.push(...done);
            const error = ending === 'fails for good' ? new PermanentError('no') : new Error('not yet');
            const fails = ending !== 'fine' && done.length < jobs.length;
            return { completed: done.length, followUps: [], ...(fails && { failure: { error } }) };
          },
          { policy: { maxBatchJobs: 4 }, apart: randomUUID() },
        );
        let number = 0;
        for (const { lane: id, timings } of staged) {
          await queue.stage(timings.map((given) => ({ ...range(of(id), (number += 1)), ...given })));
        }
        await settled(queue);
        expect(wrong).toEqual([]);
        // What was handed out stands in the order of staging, repeats apart.
        for (const numbers of begun.values()) {
          const firsts = [...new Set(numbers)];
          expect(firsts).toEqual(firsts.toSorted((one, other) => one - other));
        }
        const letters = await queue.control.deadLetters({ limit: 1_000 });
        const out = [...ended, ...letters.map(({ job }) => sequenceOf(job))];
        expect(new Set(out).size).toBe(out.length);
        const usage = (await queue.control.usageByTenant()).get(lane('a').tenantId);
        expect(out.length + (usage?.dropped ?? 0)).toBe(number);
        await queue.drain();
      }),
      { numRuns: RUNS / 2, endOnFailure: true },
    );
  });
}
