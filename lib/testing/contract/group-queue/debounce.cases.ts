import { PermanentError } from '../../../errors/permanent.error.js';
import type { Lane } from '../../../queue/lane.js';
import type { StagedJob } from '../../../queue/staged-job.js';
import { eventually } from '../eventually.js';
import { type GroupQueueCases, done, lane, range, sequenceOf, settled } from './group-queue-cases.js';

const LONG_MS = 3_600_000;

/** See `groupQueueSuite`. */
export function debounceCases({ expect, test, start }: GroupQueueCases): void {
  const debounced = (of: Lane, sequence: number, source: string, delayMs: number, maxWaitMs = 60_000): StagedJob => ({
    ...range(of, sequence),
    debounce: { delayMs, maxWaitMs, source, rank: sequence },
  });

  test('keeps of one source the job with the highest rank, whatever arrives last', async () => {
    const seen: number[] = [];
    const queue = await start((batch) => {
      seen.push(...batch.jobs.map(sequenceOf));
      return done(batch);
    });
    await queue.stage([debounced(lane('k', 'reactor'), 2, 'x', 30)]);
    await queue.stage([debounced(lane('k', 'reactor'), 5, 'x', 30), debounced(lane('k', 'reactor'), 4, 'x', 30)]);
    await settled(queue);
    expect(seen).toEqual([5]);
  });

  test('takes the last job of another source', async () => {
    const seen: number[] = [];
    const queue = await start((batch) => {
      seen.push(...batch.jobs.map(sequenceOf));
      return done(batch);
    });
    await queue.stage([debounced(lane('k', 'reactor'), 9, 'x', 20), debounced(lane('k', 'reactor'), 1, 'y', 20)]);
    await settled(queue);
    expect(seen).toEqual([1]);
  });

  test('waits no longer than the longest wait, however busy it is', async () => {
    let ran = 0;
    const queue = await start((batch) => {
      ran += 1;
      return done(batch);
    });
    let sequence = 0;
    const busy = setInterval(
      () => void queue.stage([debounced(lane('k', 'reactor'), (sequence += 1), 'x', 1_000, 50)]),
      5,
    );
    try {
      await eventually(() => expect(ran).toBeGreaterThanOrEqual(2));
    } finally {
      clearInterval(busy);
    }
  });

  test('loses nothing that arrives while the job runs: one runs, one waits', async () => {
    const seen: number[] = [];
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => (release = resolve));
    const queue = await start(async (batch) => {
      seen.push(...batch.jobs.map(sequenceOf));
      if (seen.length === 1) await gate;
      return done(batch);
    });
    await queue.stage([debounced(lane('k', 'reactor'), 1, 'x', 0)]);
    await eventually(() => expect(seen).toEqual([1]));
    await queue.stage([debounced(lane('k', 'reactor'), 2, 'x', 0), debounced(lane('k', 'reactor'), 3, 'x', 0)]);
    expect(await queue.depth()).toMatchObject({ jobs: 2 });
    release();
    await settled(queue);
    expect(seen).toEqual([1, 3]);
  });

  test('gives a job that takes the place of a failing one all its attempts', async () => {
    const attempts: [number, number][] = [];
    const queue = await start(
      (batch) => {
        attempts.push([sequenceOf(batch.jobs[0]!), batch.attempt]);
        if (attempts.length < 4) throw new Error('not yet');
        return done(batch);
      },
      { policy: { maxAttempts: 3, backoffMs: 40, maxBackoffMs: 40 } },
    );
    await queue.stage([debounced(lane('k', 'reactor'), 1, 'x', 0)]);
    await eventually(() => expect(attempts).toHaveLength(2));
    await queue.stage([debounced(lane('k', 'reactor'), 2, 'x', 0)]);
    await settled(queue);
    expect(attempts).toEqual([
      [1, 1],
      [1, 2],
      [2, 1],
      [2, 2],
    ]);
  });

  test('waits for quiet anew after a job that was handed out, however long that one waits for its retry', async () => {
    const k = lane('k', 'reactor');
    const seen: string[] = [];
    const queue = await start(
      (batch) => {
        seen.push(`${batch.lane.id} ${sequenceOf(batch.jobs[0]!)}`);
        if (batch.lane.id === k.id) throw new Error('not yet');
        return done(batch);
      },
      { policy: { backoffMs: LONG_MS, maxBackoffMs: LONG_MS } },
    );
    await queue.stage([debounced(k, 1, 'x', 0, 0)]);
    await eventually(async () => expect(await queue.control.inspect(k)).toMatchObject({ attempts: 1 }));
    await queue.stage([debounced(k, 2, 'x', LONG_MS, LONG_MS)]);
    expect(await queue.control.inspect(k)).toMatchObject({ status: 'waiting', size: 1, attempts: 0 });
    await queue.stage([range(lane('a'), 1)]);
    await eventually(async () => expect(await queue.depth()).toMatchObject({ jobs: 1, running: 0 }));
    expect(seen).toEqual(['k 1', 'a 1']);
    await queue.forget(k.tenantId);
  });

  test('leaves the job that a lane is parked behind to operators, and keeps of those behind it one', async () => {
    const k = lane('k', 'reactor');
    const seen: number[] = [];
    const queue = await start(
      (batch) => {
        seen.push(sequenceOf(batch.jobs[0]!));
        if (seen.length === 1) throw new PermanentError('poison');
        return done(batch);
      },
      { policy: { whenExhausted: 'park' } },
    );
    await queue.stage([debounced(k, 1, 'x', 0)]);
    await eventually(async () => expect(await queue.depth()).toMatchObject({ parkedLanes: 1, running: 0 }));
    await queue.stage([debounced(k, 2, 'x', 0), debounced(k, 3, 'x', 0)]);
    const parked = await queue.control.inspect(k);
    expect(parked).toMatchObject({ status: 'parked', attempts: 1 });
    expect(parked!.jobs.map(sequenceOf)).toEqual([1, 3]);
    expect((await queue.control.usageByTenant()).get(k.tenantId)).toMatchObject({ parkedJobs: 2, dropped: 1 });
    expect(await queue.control.skipJob(k, { by: 'ann', reason: 'looked at it' })).toBe(true);
    await settled(queue);
    expect(seen).toEqual([1, 3]);
  });
}
