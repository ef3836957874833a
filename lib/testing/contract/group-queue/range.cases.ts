import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { PermanentError } from '../../../errors/permanent.error.js';
import type { EventRangeJob, Job, ReactorJob } from '../../../queue/job.js';
import type { Lane } from '../../../queue/lane.js';
import type { StagedJob } from '../../../queue/staged-job.js';
import { eventually } from '../eventually.js';
import { gate } from '../gate.js';
import { type ModelRange, RangeLaneModel, phases } from './range-lane.model.js';
import { COMPONENTS, done, type GroupQueueCases, lane, POLICY, range, settled } from './group-queue-cases.js';

const note = { by: 'ann', reason: 'looked at it' };
const RUNS = 20;
const KINDS = ['fold', 'map'] as const;

/** A job that is to be read from the log. */
function fromLog(of: Lane, from: number, to: number, aggregateId = of.id): StagedJob {
  return { lane: of, job: { kind: of.kind as EventRangeJob['kind'], aggregateId, from, to, events: null } };
}

function reactionTo(of: Lane, sequence: number, durable: boolean): StagedJob {
  const job: ReactorJob = { kind: 'reactor', aggregateId: 'x', sequence, event: null };
  return { lane: of, job: durable ? { ...job, from: sequence } : job };
}

const placeOf = (job: Job): readonly [number, number] => {
  const { from, to } = job as EventRangeJob;
  return [from, to];
};

/** See `groupQueueSuite`. */
export function rangeCases({ expect, test, open, start }: GroupQueueCases): void {
  /** Fails for good, in lanes that are parked then or put the job aside. */
  const failing = (whenExhausted: 'park' | 'dead-letter') =>
    start(
      () => {
        throw new PermanentError('no');
      },
      { policy: { whenExhausted, maxBatchJobs: 1 } },
    );

  test.each(KINDS)('lets a %s that is told again and again where the log stands wait for it once', async (kind) => {
    const queue = await open();
    const of = lane('a', kind);
    for (const to of [5, 5, 7, 6]) await queue.stage([fromLog(of, 3, to)]);
    await queue.stage([fromLog(of, 2, 4), fromLog(of, 7, 9)]);
    expect(await queue.control.inspect(of)).toMatchObject({ size: 1, jobs: [fromLog(of, 2, 9).job] });
    expect(await queue.depth()).toMatchObject({ jobs: 1 });
  });

  test('keeps ranges apart that do not overlap, that bring events along, of other aggregates, or that have a time', async () => {
    const queue = await open();
    const of = lane('7', 'map');
    const staged: readonly StagedJob[] = [
      fromLog(of, 1, 5),
      fromLog(of, 6, 6),
      { lane: of, job: { ...(fromLog(of, 6, 6).job as EventRangeJob), events: [] } },
      fromLog(of, 6, 6),
      fromLog(of, 6, 6, 'another'),
      { ...fromLog(of, 6, 6, 'another'), delayMs: 0 },
      fromLog(of, 6, 6, 'another'),
    ];
    for (const one of staged) await queue.stage([one]);
    expect(await queue.control.inspect(of)).toMatchObject({ size: 7, jobs: staged.map(({ job }) => job) });
  });

  test('lets a durable reactor wait once for a place in its stream, and another reactor for each event', async () => {
    const queue = await open();
    const [durable, plain] = [lane('a', 'reactor'), lane('b', 'reactor')];
    for (const sequence of [5, 5, 9, 9]) {
      await queue.stage([reactionTo(durable, sequence, true), reactionTo(plain, sequence, false)]);
    }
    const jobs = [5, 9].map((sequence) => reactionTo(durable, sequence, true).job);
    expect(await queue.control.inspect(durable)).toMatchObject({ size: 2, jobs });
    expect(await queue.control.inspect(plain)).toMatchObject({ size: 4 });
  });

  test('lets a delayed job wait once that waits last and reads all of the next one', async () => {
    const queue = await open();
    const of = lane('a', 'reactor');
    const delayed = (sequence: number, delayMs = 60_000): StagedJob => ({ ...reactionTo(of, sequence, true), delayMs });
    for (const sequence of [5, 5, 9, 9, 5]) await queue.stage([delayed(sequence)]);
    await queue.stage([reactionTo(of, 5, true), delayed(5)]);
    const jobs = [5, 9, 5, 5, 5].map((sequence) => reactionTo(of, sequence, true).job);
    expect(await queue.control.inspect(of)).toMatchObject({ size: 5, jobs });
    // It is no later for that.
    const other = lane('b', 'reactor');
    await queue.stage([{ ...delayed(5, 20), lane: other }]);
    await queue.stage([{ ...delayed(5), lane: other }]);
    const seen: number[] = [];
    queue.consume({
      components: COMPONENTS,
      policy: () => POLICY,
      handle: async (batch) => {
        seen.push(...batch.jobs.map((job) => (job as ReactorJob).sequence));
        return done(batch);
      },
    });
    expect(await queue.awaitLane(other, 60_000)).toBe(true);
    expect(seen).toEqual([5]);
  });

  test('leaves what was handed out as it is: what it is parked behind, and what runs', async () => {
    const parked = await failing('park');
    for (let round = 0; round < 3; round += 1) {
      await parked.stage([fromLog(lane('a'), 1, 5)]);
      await eventually(async () => expect(await parked.depth()).toMatchObject({ parkedLanes: 1, running: 0 }));
    }
    expect(await parked.depth()).toMatchObject({ jobs: 2, parkedJobs: 2 });

    const release = gate();
    const seen: (readonly [number, number])[] = [];
    const queue = await start(
      async (batch) => {
        seen.push(...batch.jobs.map(placeOf));
        await release.opened;
        return done(batch);
      },
      { apart: randomUUID() },
    );
    await queue.stage([fromLog(lane('a'), 1, 5)]);
    await eventually(() => expect(seen).toHaveLength(1));
    await queue.stage([fromLog(lane('a'), 1, 6)]);
    await queue.stage([fromLog(lane('a'), 1, 7)]);
    expect(await queue.depth()).toMatchObject({ jobs: 2 });
    release.open();
    await settled(queue);
    expect(seen).toEqual([
      [1, 5],
      [1, 7],
    ]);
  });

  test('lets what is held wait once: it counts as never handed out', async () => {
    let looks = 0;
    let isOff = true;
    const seen: (readonly [number, number])[] = [];
    const queue = await start((batch) => {
      looks += 1;
      if (isOff) return { completed: 0, followUps: [], heldForMs: 1 };
      seen.push(...batch.jobs.map(placeOf));
      return done(batch);
    });
    await queue.stage([fromLog(lane('a'), 1, 5)]);
    await eventually(() => expect(looks).toBeGreaterThan(1));
    // While it is looked at whether it may run, it does.
    await queue.control.pause({ tenantId: lane('a').tenantId }, note);
    await eventually(async () => expect(await queue.depth()).toMatchObject({ running: 0 }));
    for (const to of [5, 6, 7]) await queue.stage([fromLog(lane('a'), 1, to)]);
    expect(await queue.depth()).toMatchObject({ jobs: 1 });
    isOff = false;
    await queue.control.resume({ tenantId: lane('a').tenantId }, note);
    await settled(queue);
    expect(seen).toEqual([[1, 7]]);
  });

  test('is waited for with the lane, however it grows meanwhile', async () => {
    const queue = await open();
    const of = lane('a');
    await queue.stage([range(of, 1), fromLog(of, 2, 5)]);
    const passed = queue.awaitLane(of, 60_000);
    await queue.stage([fromLog(of, 2, 9)]);
    const seen: (readonly [number, number])[] = [];
    queue.consume({
      components: COMPONENTS,
      policy: () => POLICY,
      handle: async (batch) => {
        seen.push(...batch.jobs.map(placeOf));
        return done(batch);
      },
    });
    expect(await passed).toBe(true);
    expect(seen).toEqual([
      [1, 1],
      [2, 9],
    ]);
  });

  test('puts aside once what fails whenever it is read from the log', async () => {
    const queue = await failing('dead-letter');
    const of = lane('a', 'map');
    const failed = async (...jobs: readonly StagedJob[]): Promise<void> => {
      await queue.stage(jobs);
      await settled(queue);
    };
    await failed(fromLog(of, 2, 5));
    const [first] = await queue.control.deadLetters();
    await failed(fromLog(of, 2, 5));
    await failed(fromLog(of, 1, 9));
    const { id, putAsideAt } = first!;
    expect(await queue.control.deadLetters()).toMatchObject([{ id, putAsideAt, lane: of, job: fromLog(of, 1, 9).job }]);
    expect(await queue.depth()).toMatchObject({ deadLetters: 1 });
    // What brings its events along, is another range, or another aggregate's.
    await failed({ lane: of, job: { ...(fromLog(of, 3, 3).job as EventRangeJob), events: [] } });
    await failed(fromLog(of, 10, 12), fromLog(of, 1, 9, 'another'), fromLog(lane('b', 'map'), 1, 9));
    expect(await queue.depth()).toMatchObject({ deadLetters: 5 });
    await failed(fromLog(of, 11, 12), fromLog(of, 1, 9, 'another'), fromLog(lane('b', 'map'), 1, 9));
    expect(await queue.depth()).toMatchObject({ deadLetters: 5 });
    const usage = await queue.control.usageByTenant();
    expect(usage.get(of.tenantId)).toMatchObject({ deadLetters: 5 });
  });

  test('puts aside anew what was discarded or forgotten, and once more what is tried again', async () => {
    const queue = await failing('dead-letter');
    const of = lane('a', 'map');
    const failed = async (): Promise<number> => {
      await queue.stage([fromLog(of, 1, 5)]);
      await settled(queue);
      const letters = await queue.control.deadLetters();
      expect(letters).toMatchObject([{ job: fromLog(of, 1, 5).job }]);
      expect(await queue.depth()).toMatchObject({ deadLetters: 1 });
      return letters[0]!.id;
    };
    const first = await failed();
    expect(await queue.control.discardDeadLetter(first, note)).toBe(true);
    expect(await queue.depth()).toMatchObject({ deadLetters: 0 });
    const second = await failed();
    expect(second).toBeGreaterThan(first);
    expect(await queue.control.retryDeadLetter(second, note)).toBe(true);
    await settled(queue);
    expect(await failed()).toBeGreaterThan(second);
    expect(await queue.forget(of.tenantId)).toBe(1);
    expect(await queue.depth()).toMatchObject({ deadLetters: 0 });
    await failed();
  });

  test('merges ranges just as its model does, whatever is handed out, parked and let go between', async () => {
    await fc.assert(
      fc.asyncProperty(phases, async (all) => {
        const model = new RangeLaneModel(POLICY.maxBatchJobs);
        const of = lane('a');
        const toJob = ({ from, to, carries }: ModelRange): Job => {
          return { kind: 'fold', aggregateId: of.id, from, to, events: carries ? [] : null };
        };
        let completes = Number.POSITIVE_INFINITY;
        const queue = await start(
          (batch) => {
            if (completes >= batch.jobs.length) return done(batch);
            return { completed: completes, followUps: [], failure: { error: new PermanentError('no') } };
          },
          { policy: { whenExhausted: 'park' }, apart: randomUUID() },
        );
        const wanted = { tenantId: of.tenantId };
        for (const { calls, completed } of all) {
          await queue.control.pause(wanted, note);
          for (const call of calls) {
            await queue.stage(call.map((one) => ({ lane: of, job: toJob(one) })));
            for (const one of call) model.stage(one);
          }
          const jobs = (await queue.control.inspect(of))?.jobs ?? [];
          expect(jobs).toEqual(model.waiting.map(toJob));
          completes = completed;
          model.run(completed);
          await queue.control.retryLane(of, note);
          await queue.control.resume(wanted, note);
          const left = model.waiting.length;
          await eventually(async () =>
            expect(await queue.depth()).toMatchObject({ jobs: left, parkedJobs: left, running: 0 }),
          );
        }
        await queue.drain();
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
  });
}
