import { eventually } from '../eventually.js';
import { gate } from '../gate.js';
import { type GroupQueueCases, command, done, lane, range, sequenceOf, settled, timer } from './group-queue-cases.js';

const LONG_MS = 3_600_000;

/** See `groupQueueSuite`. */
export function delayCases({ expect, test, start }: GroupQueueCases): void {
  test('runs a job no sooner than its delay, and the jobs behind it after it', async () => {
    const seen: number[] = [];
    let at = 0;
    const queue = await start((batch) => {
      seen.push(...batch.jobs.map(sequenceOf));
      at ||= Date.now();
      return done(batch);
    });
    const stagedAt = Date.now();
    await queue.stage([{ ...range(lane('a'), 1), delayMs: 50 }, range(lane('a'), 2)]);
    await queue.stage([range(lane('a'), 3)]);
    await settled(queue);
    expect(seen).toEqual([1, 2, 3]);
    // Two clocks of one machine, each rounded to a millisecond.
    expect(at - stagedAt).toBeGreaterThanOrEqual(48);
  });

  test('lets the jobs before a delayed one run, and other lanes', async () => {
    const seen: string[] = [];
    const queue = await start((batch) => {
      seen.push(...batch.jobs.map((job) => `${batch.lane.id}${sequenceOf(job)}`));
      return done(batch);
    });
    await queue.stage([range(lane('a'), 1), { ...range(lane('a'), 2), delayMs: LONG_MS }, range(lane('a'), 3)]);
    await queue.stage([range(lane('b'), 1)]);
    await eventually(async () => expect(await queue.depth()).toMatchObject({ jobs: 2, running: 0 }));
    expect(seen.toSorted()).toEqual(['a1', 'b1']);
    expect(await queue.control.inspect(lane('a'))).toMatchObject({ status: 'waiting', size: 2 });
    expect(await queue.forget(lane('a').tenantId)).toBe(2);
  });

  test('drops nothing: each job runs after its own delay', async () => {
    const seen: number[] = [];
    const queue = await start((batch) => {
      seen.push(...batch.jobs.map(sequenceOf));
      return done(batch);
    });
    await queue.stage([3, 2, 1].map((sequence) => ({ ...range(lane('a'), sequence), delayMs: sequence })));
    await settled(queue);
    expect(seen).toEqual([3, 2, 1]);
    expect((await queue.control.usageByTenant()).get(lane('a').tenantId)?.dropped ?? 0).toBe(0);
  });

  test('takes delayed follow-ups, and delays a retry no further', async () => {
    const seen: string[] = [];
    const queue = await start(({ lane: { id }, jobs, attempt }) => {
      seen.push(`${id} ${attempt}`);
      if (id === 'b' && attempt === 1) throw new Error('again');
      const followUps = id === 'a' ? [{ ...range(lane('b'), 1), delayMs: 5 }] : [];
      return { completed: jobs.length, followUps };
    });
    await queue.stage([range(lane('a'), 1)]);
    await settled(queue);
    expect(seen).toEqual(['a 1', 'b 1', 'b 2']);
  });

  test('holds a lane for a delayed job that comes while its head runs', async () => {
    const seen: number[] = [];
    const end = gate();
    const queue = await start(async (batch) => {
      seen.push(...batch.jobs.map(sequenceOf));
      await end.opened;
      return done(batch);
    });
    await queue.stage([range(lane('a'), 1)]);
    await eventually(() => expect(seen).toEqual([1]));
    await queue.stage([{ ...range(lane('a'), 2), delayMs: LONG_MS }, range(lane('a'), 3)]);
    end.open();
    await eventually(async () => expect(await queue.depth()).toMatchObject({ jobs: 2, running: 0 }));
    expect(seen).toEqual([1]);
    await queue.forget(lane('a').tenantId);
  });

  test('does not run a delayed job because the queue ends', async () => {
    const seen: number[] = [];
    const queue = await start((batch) => {
      seen.push(...batch.jobs.map(sequenceOf));
      return done(batch);
    });
    await queue.stage([{ ...range(lane('a'), 1), delayMs: LONG_MS }, range(lane('a'), 2)]);
    await queue.drain();
    expect(seen).toEqual([]);
    expect(await queue.depth()).toMatchObject({ jobs: 2 });
  });

  test('runs no wake-up and no command of a process before its time because the queue ends', async () => {
    const seen: string[] = [];
    const queue = await start((batch) => {
      seen.push(batch.lane.kind);
      return done(batch);
    });
    const debounce = { delayMs: LONG_MS, maxWaitMs: LONG_MS, source: 'delay', rank: 0 };
    await queue.stage([timer('w', LONG_MS), { ...command(lane('r', 'delay'), '1'), debounce }]);
    await queue.drain();
    expect(seen).toEqual([]);
    expect(await queue.depth()).toMatchObject({ jobs: 2, delayedJobs: 2 });
  });
}
