import { InvalidArgumentError } from '../../../errors/invalid-argument.error.js';
import { PermanentError } from '../../../errors/permanent.error.js';
import type { OperatorNote } from '../../../queue/queue-control.js';
import { eventually } from '../eventually.js';
import { type GroupQueueCases, type Handle, done, lane, range, sequenceOf, settled } from './group-queue-cases.js';

const note: OperatorNote = { by: 'ann', reason: 'looked at it' };
const PIPELINE = 'orders: {all}';
const C1 = { kind: 'fold', component: 'c@1' } as const;

/** See `groupQueueSuite`. */
export function controlCases({ expect, test, start }: GroupQueueCases): void {
  /** Fails for the sequences that are poison, and keeps what it did. */
  const handler = (poison: Set<number>, seen: number[]): Handle => {
    return (batch) => {
      const sequence = sequenceOf(batch.jobs[0]!);
      if (poison.has(sequence)) throw new PermanentError(`poison ${sequence}`);
      seen.push(sequence);
      return { completed: 1, followUps: [] };
    };
  };
  const one = { maxBatchJobs: 1 };
  const parking = { policy: { ...one, whenExhausted: 'park' as const } };

  test('shows parked lanes, and lets one go on with all its attempts', async () => {
    const seen: number[] = [];
    const poison = new Set([1]);
    const queue = await start(handler(poison, seen), parking);
    await queue.stage([range(lane('a'), 1), range(lane('a'), 2)]);
    await eventually(async () => expect(await queue.depth()).toMatchObject({ parkedLanes: 1, running: 0 }));
    const [parked, ...others] = await queue.control.parkedLanes();
    expect(others).toEqual([]);
    expect(parked).toMatchObject({ lane: lane('a'), jobs: 2, attempts: 1 });
    expect(parked!.failures).toMatchObject([{ error: 'PermanentError: poison 1' }]);
    expect(parked!.failures[0]!.stack).toContain('poison 1');
    expect(Math.abs(parked!.parkedAt - Date.now())).toBeLessThan(60_000);
    expect(await queue.control.inspect(lane('a'))).toMatchObject({
      status: 'parked',
      size: 2,
      attempts: 1,
      jobs: [range(lane('a'), 1).job, range(lane('a'), 2).job],
    });
    expect(await queue.control.parkedLanes({ tenantId: lane('a', 'fold', 'other').tenantId })).toEqual([]);
    expect(await queue.control.parkedLanes({ component: { kind: 'map', component: 'c@1' } })).toEqual([]);
    poison.clear();
    expect(await queue.control.retryLane(lane('a'), note)).toBe(true);
    await settled(queue);
    expect(seen).toEqual([1, 2]);
    expect(await queue.control.retryLane(lane('a'), note)).toBe(false);
    expect(await queue.control.inspect(lane('a'))).toBeUndefined();
    expect(await queue.control.actions()).toMatchObject([{ action: 'retry', subject: lane('a'), ...note }]);
  });

  test('skips the job at the head of a parked lane, which remains as a dead letter with the reason', async () => {
    const seen: number[] = [];
    const queue = await start(handler(new Set([1]), seen), parking);
    await queue.stage([range(lane('a'), 1), range(lane('a'), 2)]);
    await eventually(async () => expect(await queue.depth()).toMatchObject({ parkedLanes: 1, running: 0 }));
    expect(await queue.control.skipJob(lane('a'), note)).toBe(true);
    await settled(queue);
    expect(seen).toEqual([2]);
    expect(await queue.control.deadLetters()).toMatchObject([
      { lane: lane('a'), job: range(lane('a'), 1).job, attempts: 1, skippedBecause: note.reason },
    ]);
    expect(await queue.depth()).toMatchObject({ deadLetters: 1, parkedLanes: 0, parkedJobs: 0 });
  });

  test('discards the job at the head of a parked lane for good, and says so', async () => {
    const seen: number[] = [];
    const queue = await start(handler(new Set([1]), seen), parking);
    await queue.stage([range(lane('a'), 1), range(lane('a'), 2)]);
    await eventually(async () => expect(await queue.depth()).toMatchObject({ parkedLanes: 1, running: 0 }));
    expect(await queue.control.discardJob(lane('a'), note)).toBe(true);
    await settled(queue);
    expect(seen).toEqual([2]);
    expect(await queue.depth()).toMatchObject({ jobs: 0, deadLetters: 0, parkedLanes: 0 });
    expect(await queue.control.actions()).toMatchObject([{ action: 'discard', subject: lane('a'), by: 'ann' }]);
  });

  test('lists dead letters with all that is known of them, and retries or discards one', async () => {
    const seen: number[] = [];
    const poison = new Set([1, 2]);
    const queue = await start(handler(poison, seen), { policy: one });
    await queue.stage([range(lane('a'), 1), range(lane('b'), 2), range(lane('a'), 3)]);
    await settled(queue);
    const letters = await queue.control.deadLetters({ component: C1 });
    expect(letters.map(({ job }) => sequenceOf(job)).toSorted()).toEqual([1, 2]);
    const [first, second] = letters.toSorted((x, y) => sequenceOf(x.job) - sequenceOf(y.job));
    expect(first).toMatchObject({ lane: lane('a'), attempts: 1, failures: [{ error: 'PermanentError: poison 1' }] });
    expect(first!.skippedBecause).toBeUndefined();
    expect(await queue.control.deadLetter(first!.id)).toEqual(first);
    expect(await queue.control.deadLetter(second!.id)).toEqual(second);
    poison.clear();
    expect(await queue.control.retryDeadLetter(first!.id, note)).toBe(true);
    expect(await queue.control.retryDeadLetter(first!.id, note)).toBe(false);
    expect(await queue.control.discardDeadLetter(second!.id, note)).toBe(true);
    expect(await queue.control.discardDeadLetter(second!.id, note)).toBe(false);
    expect(await queue.control.deadLetter(second!.id)).toBeUndefined();
    await settled(queue);
    expect(seen).toEqual([3, 1]);
    expect(await queue.depth()).toMatchObject({ deadLetters: 0 });
    expect((await queue.control.actions()).map(({ action }) => action)).toEqual(['discard', 'retry']);
  });

  test.each(['park', 'dead-letter'] as const)(
    'keeps each attempt with its error and its time (%s)',
    async (whenExhausted) => {
      let attempts = 0;
      const queue = await start(
        () => {
          attempts += 1;
          throw new Error(`attempt ${attempts}`);
        },
        { policy: { ...one, maxAttempts: 7, whenExhausted } },
      );
      const { control } = queue;
      await queue.stage([range(lane('a'), 1)]);
      const found = await eventually(async () => {
        const [item] = await (whenExhausted === 'park' ? control.parkedLanes() : control.deadLetters());
        expect(item).toMatchObject({ lane: lane('a'), attempts: 7 });
        return item!;
      });
      expect(found.failures.map(({ error }) => error)).toEqual(
        [3, 4, 5, 6, 7].map((attempt) => `Error: attempt ${attempt}`),
      );
      expect(found.failures.every(({ stack }) => stack?.includes('control.cases'))).toBe(true);
      const times = found.failures.map(({ at }) => at);
      expect(times).toEqual(times.toSorted((x, y) => x - y));
      expect(Math.abs(times[0]! - Date.now())).toBeLessThan(60_000);
    },
  );

  test('redrives dead letters in the order in which they were put aside', async () => {
    const seen: number[] = [];
    const poison = new Set([1, 2, 3]);
    const queue = await start(handler(poison, seen), { policy: one });
    await queue.stage([1, 2, 3].map((sequence) => range(lane('a'), sequence)));
    await queue.stage([range(lane('a', 'fold', 'other'), 1)]);
    await eventually(async () => expect(await queue.depth()).toMatchObject({ jobs: 0, deadLetters: 4 }));
    poison.clear();
    const filter = { component: C1, tenantId: lane('a').tenantId };
    const letters = (await queue.control.deadLetters(filter)).map(({ id }) => ({ deadLetter: id }));
    expect(await queue.control.redrive(filter, note)).toBe(3);
    await settled(queue);
    expect(seen).toEqual([1, 2, 3]);
    const records = letters.map((subject) => ({ action: 'retry', subject, ...note, at: expect.any(Number) as number }));
    expect(await queue.control.actions()).toEqual(records.toReversed());
    expect(await queue.depth()).toMatchObject({ deadLetters: 1 });
  });

  test.each([
    ['a component', { component: C1 }, ['a', 'b']],
    ['a pipeline', { pipeline: PIPELINE }, ['a', 'b']],
    ['a pipeline for one tenant', { pipeline: PIPELINE, tenantId: lane('a').tenantId }, ['a']],
    ['a tenant', { tenantId: lane('a').tenantId }, ['a', 'b reactor']],
    ['a component for one tenant', { component: C1, tenantId: lane('a').tenantId }, ['a']],
  ] as const)('pauses %s, keeps its work, and resumes it', async (_, target, paused) => {
    const lanes = { a: lane('a'), b: lane('b', 'fold', 'other'), 'b reactor': lane('b', 'reactor') };
    const names = Object.keys(lanes) as (keyof typeof lanes)[];
    const seen: string[] = [];
    const queue = await start((batch) => {
      seen.push(names.find((name) => JSON.stringify(lanes[name]) === JSON.stringify(batch.lane))!);
      return done(batch);
    });
    expect(await queue.control.pause(target, note)).toBe(true);
    expect(await queue.control.pause(target, note)).toBe(false);
    expect(await queue.control.holds()).toEqual([target]);
    await queue.stage(names.map((name) => range(lanes[name], 1)));
    await eventually(async () => expect(await queue.depth()).toMatchObject({ jobs: paused.length, running: 0 }));
    expect(seen.toSorted()).toEqual(names.filter((name) => !(paused as readonly string[]).includes(name)));
    expect(await queue.control.resume(target, note)).toBe(true);
    expect(await queue.control.resume(target, note)).toBe(false);
    await settled(queue);
    expect(seen.toSorted()).toEqual(names);
    expect((await queue.control.actions()).map(({ action }) => action)).toEqual(['resume', 'pause']);
  });

  test('refuses an action without a name or a reason, a hold of nothing, and a limit out of its range', async () => {
    const queue = await start(done);
    const { control } = queue;
    for (const bad of [{ by: '', reason: 'x' }, { by: 'x', reason: '' }, { by: 'x' } as OperatorNote]) {
      await expect(control.retryLane(lane('a'), bad)).rejects.toBeInstanceOf(InvalidArgumentError);
      await expect(control.retryDeadLetter(1, bad)).rejects.toBeInstanceOf(InvalidArgumentError);
      await expect(control.pause({ component: C1 }, bad)).rejects.toBeInstanceOf(InvalidArgumentError);
    }
    for (const bad of [{}, { component: C1, pipeline: PIPELINE }, { pipeline: '' }]) {
      await expect(control.pause(bad, note)).rejects.toBeInstanceOf(InvalidArgumentError);
      await expect(control.resume(bad, note)).rejects.toBeInstanceOf(InvalidArgumentError);
    }
    for (const limit of [0, -1, 1.5, Number.NaN, 1_001]) {
      await expect(control.parkedLanes({ limit })).rejects.toBeInstanceOf(InvalidArgumentError);
      await expect(control.actions(limit)).rejects.toBeInstanceOf(InvalidArgumentError);
    }
    expect(await control.actions()).toEqual([]);
  });
}
