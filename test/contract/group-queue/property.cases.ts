import { randomUUID } from 'node:crypto';
import { setImmediate as immediate } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { eventually } from '../../support/eventually.js';
import { type Decision, LaneModel } from '../group-queue.model.js';
import { type GroupQueueCases, POLICY, lane, range, sequenceOf } from './group-queue-cases.js';

const RUNS = 60;
const LANES = ['a', 'b', 'c'] as const;

const decision: fc.Arbitrary<Decision> = fc.record({
  completed: fc.nat({ max: 4 }),
  ending: fc.constantFrom('fine', 'fine', 'fails', 'fails for good', 'throws'),
});
const stages = fc.array(fc.record({ lane: fc.constantFrom(...LANES), jobs: fc.integer({ min: 1, max: 5 }) }), {
  minLength: 1,
  maxLength: 12,
});

/** See `groupQueueSuite`. */
export function propertyCases({ start }: GroupQueueCases): void {
  it.each(['park', 'dead-letter'] as const)(
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
                .map((sequence) => range(lane(id), sequence)),
            );
          }
          const all = [...models.values()];
          await eventually(async () => {
            expect(wrong).toEqual([]);
            const parkedJobs = all.reduce((sum, { waiting, parked }) => sum + (parked ? waiting.length : 0), 0);
            const deadLetters = all.reduce((sum, { aside }) => sum + aside.length, 0);
            const parkedLanes = all.filter(({ parked }) => parked).length;
            expect(await queue.depth()).toEqual({ jobs: parkedJobs, parkedJobs, running: 0, parkedLanes, deadLetters });
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
}
