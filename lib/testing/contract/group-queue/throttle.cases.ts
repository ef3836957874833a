import type { Lane } from '../../../queue/lane.js';
import type { StagedJob } from '../../../queue/staged-job.js';
import { eventually } from '../eventually.js';
import { gate } from '../gate.js';
import { type GroupQueueCases, done, lane, range, sequenceOf, settled } from './group-queue-cases.js';

const LONG_MS = 3_600_000;
const note = { by: 'ann', reason: 'a test' };

/** See `groupQueueSuite`. */
export function throttleCases({ expect, test, start }: GroupQueueCases): void {
  const throttled = (of: Lane, sequence: number, everyMs: number, source = 'x'): StagedJob => ({
    ...range(of, sequence),
    throttle: { everyMs, source, rank: sequence },
  });
  const k = lane('k', 'reactor');

  test('runs the first job at once, and of those that wait the one with the highest rank', async () => {
    const seen: number[] = [];
    const queue = await start((batch) => {
      seen.push(...batch.jobs.map(sequenceOf));
      return done(batch);
    });
    await queue.stage([throttled(k, 1, 20)]);
    await settled(queue);
    await queue.control.pause({ tenantId: k.tenantId }, note);
    await queue.stage([throttled(k, 2, 20), throttled(k, 5, 20)]);
    await queue.stage([throttled(k, 4, 20)]);
    expect(await queue.depth()).toMatchObject({ jobs: 1 });
    await queue.control.resume({ tenantId: k.tenantId }, note);
    await settled(queue);
    expect(seen).toEqual([1, 5]);
    expect((await queue.control.usageByTenant()).get(k.tenantId)).toMatchObject({ jobs: 0, dropped: 2 });
    expect((await queue.control.usageByComponent()).get('reactor:c@1')).toMatchObject({ jobs: 0, dropped: 2 });
  });

  test('begins an interval anew with each job that it hands out', async () => {
    const seen: number[] = [];
    const queue = await start((batch) => {
      seen.push(sequenceOf(batch.jobs[0]!));
      return done(batch);
    });
    await queue.stage([throttled(k, 1, 20)]);
    await settled(queue);
    await queue.stage([throttled(k, 2, LONG_MS)]);
    await settled(queue);
    await queue.stage([throttled(k, 3, LONG_MS)]);
    expect(await queue.control.inspect(k)).toMatchObject({ status: 'waiting', size: 1 });
    expect(seen).toEqual([1, 2]);
    expect(await queue.forget(k.tenantId)).toBe(1);
  });

  test('takes the last job of another source', async () => {
    const seen: number[] = [];
    const queue = await start((batch) => {
      seen.push(...batch.jobs.map(sequenceOf));
      return done(batch);
    });
    await queue.stage([throttled(k, 7, 30)]);
    await settled(queue);
    await queue.stage([throttled(k, 9, 30, 'x'), throttled(k, 1, 30, 'y')]);
    await settled(queue);
    expect(seen).toEqual([7, 1]);
  });

  test('loses nothing that arrives while a job runs: one runs, one waits', async () => {
    const seen: number[] = [];
    const end = gate();
    const queue = await start(async (batch) => {
      seen.push(...batch.jobs.map(sequenceOf));
      if (seen.length === 1) await end.opened;
      return done(batch);
    });
    await queue.stage([throttled(k, 3, 10)]);
    await eventually(() => expect(seen).toEqual([3]));
    await queue.stage([throttled(k, 2, 10), throttled(k, 1, 10)]);
    expect(await queue.depth()).toMatchObject({ jobs: 2, running: 1 });
    end.open();
    await settled(queue);
    expect(seen).toEqual([3, 2]);
  });

  test('retries without regard to the interval', async () => {
    const attempts: [number, boolean][] = [];
    const queue = await start((batch) => {
      attempts.push([batch.attempt, batch.redelivered]);
      if (attempts.length < 3) throw new Error('not yet');
      return done(batch);
    });
    await queue.stage([throttled(k, 1, LONG_MS)]);
    await settled(queue);
    expect(attempts).toEqual([
      [1, false],
      [2, true],
      [3, true],
    ]);
  });

  test('holds the interval also against what takes the place of a job that waits after a failure', async () => {
    const seen: string[] = [];
    const queue = await start(
      (batch) => {
        seen.push(`${batch.lane.id} ${sequenceOf(batch.jobs[0]!)}`);
        if (batch.lane.id === k.id) throw new Error('not yet');
        return done(batch);
      },
      { policy: { backoffMs: LONG_MS, maxBackoffMs: LONG_MS } },
    );
    await queue.stage([throttled(k, 1, LONG_MS)]);
    await eventually(async () => expect(await queue.control.inspect(k)).toMatchObject({ attempts: 1 }));
    await queue.stage([throttled(k, 2, LONG_MS)]);
    expect(await queue.control.inspect(k)).toMatchObject({ status: 'waiting', size: 1, attempts: 0 });
    await queue.stage([range(lane('a'), 1)]);
    await eventually(async () => expect(await queue.depth()).toMatchObject({ jobs: 1, running: 0 }));
    expect(seen).toEqual(['k 1', 'a 1']);
    await queue.forget(k.tenantId);
  });

  test('holds the interval also against what takes the place of a job that was left and is ready', async () => {
    const seen: string[] = [];
    const [left, ended] = [gate(), gate()];
    const other = lane('x', 'reactor', 'other');
    const queue = await start(
      async (batch) => {
        seen.push(`${batch.lane.id} ${sequenceOf(batch.jobs[0]!)}`);
        await (batch.lane.id === k.id ? left.opened : ended.opened);
        return { completed: batch.lane.id === k.id ? 0 : 1, followUps: [] };
      },
      { limits: { concurrency: 1 } },
    );
    await queue.stage([throttled(k, 1, LONG_MS)]);
    await eventually(() => expect(seen).toEqual(['k 1']));
    await queue.stage([range(other, 1)]);
    left.open();
    // Of one component it is the other tenant's turn, and there is one slot.
    await eventually(() => expect(seen).toEqual(['k 1', 'x 1']));
    await queue.stage([throttled(k, 2, LONG_MS)]);
    ended.open();
    await eventually(async () => expect(await queue.depth()).toMatchObject({ jobs: 1, running: 0 }));
    expect(await queue.control.inspect(k)).toMatchObject({ status: 'waiting', size: 1 });
    expect(seen).toEqual(['k 1', 'x 1']);
    await queue.forget(k.tenantId);
  });

  test('forgets the intervals of a tenant with the tenant', async () => {
    const seen: number[] = [];
    const queue = await start((batch) => {
      seen.push(sequenceOf(batch.jobs[0]!));
      return done(batch);
    });
    await queue.stage([throttled(k, 1, LONG_MS)]);
    await settled(queue);
    await queue.stage([throttled(k, 2, LONG_MS), throttled(k, 3, LONG_MS)]);
    expect(await queue.forget(k.tenantId)).toBe(1);
    expect([...(await queue.control.usageByTenant()).keys()]).toEqual([]);
    await queue.stage([throttled(k, 4, LONG_MS)]);
    await settled(queue);
    expect(seen).toEqual([1, 4]);
  });
}
