import { PermanentError } from '../../../errors/permanent.error.js';
import type { Lane } from '../../../queue/lane.js';
import type { StagedJob } from '../../../queue/staged-job.js';
import { eventually } from '../eventually.js';
import { gate } from '../gate.js';
import { type GroupQueueCases, type Handle, done, lane, range, sequenceOf, settled } from './group-queue-cases.js';

const LONG_MS = 3_600_000;

/** See `groupQueueSuite`. */
export function dedupeCases({ expect, test, open, start }: GroupQueueCases): void {
  const once = (of: Lane, sequence: number, forMs = 0): StagedJob => ({ ...range(of, sequence), dedupe: { forMs } });
  const k = lane('k', 'reactor');
  const noting =
    (seen: number[]): Handle =>
    (batch) => {
      seen.push(...batch.jobs.map(sequenceOf));
      return done(batch);
    };

  test('drops the jobs that come while one waits, and counts them', async () => {
    const queue = await open();
    await queue.stage([once(k, 1), once(k, 2)]);
    await queue.stage([once(k, 3), once(lane('other', 'reactor'), 4)]);
    expect(await queue.depth()).toMatchObject({ jobs: 2 });
    expect((await queue.control.inspect(k))!.jobs.map(sequenceOf)).toEqual([1]);
    expect((await queue.control.usageByTenant()).get(k.tenantId)).toMatchObject({ jobs: 2, dropped: 2 });
    expect((await queue.control.usageByComponent()).get('reactor:c@1')).toMatchObject({ jobs: 2, dropped: 2 });
    expect(await queue.forget(k.tenantId)).toBe(2);
  });

  test('loses nothing that arrives while a job runs: one runs, one waits, and further ones are dropped', async () => {
    const seen: number[] = [];
    const end = gate();
    const queue = await start(async (batch) => {
      seen.push(...batch.jobs.map(sequenceOf));
      await end.opened;
      return done(batch);
    });
    await queue.stage([once(k, 1)]);
    await eventually(() => expect(seen).toEqual([1]));
    await queue.stage([once(k, 2), once(k, 3)]);
    expect(await queue.depth()).toMatchObject({ jobs: 2, running: 1 });
    end.open();
    await settled(queue);
    expect(seen).toEqual([1, 2]);
    await queue.stage([once(k, 4)]);
    await settled(queue);
    expect(seen).toEqual([1, 2, 4]);
  });

  test('loses nothing that arrives while a job waits after a failure, whatever becomes of that one', async () => {
    const seen: number[] = [];
    const queue = await start(
      (batch) => {
        seen.push(sequenceOf(batch.jobs[0]!));
        if (seen.length === 1) throw new Error('again');
        if (sequenceOf(batch.jobs[0]!) === 1) throw new PermanentError('no');
        return done(batch);
      },
      { policy: { maxBatchJobs: 1, backoffMs: 300, maxBackoffMs: 300 } },
    );
    await queue.stage([once(k, 1)]);
    await eventually(async () => expect(await queue.control.inspect(k)).toMatchObject({ attempts: 1 }));
    await queue.stage([once(k, 2), once(k, 3)]);
    await eventually(async () => expect(await queue.depth()).toMatchObject({ jobs: 0, deadLetters: 1 }));
    expect(seen).toEqual([1, 1, 2]);
  });

  test('drops what comes within the window, whatever became of the first', async () => {
    const seen: number[] = [];
    const queue = await start((batch) => {
      seen.push(...batch.jobs.map(sequenceOf));
      throw new PermanentError('no');
    });
    await queue.stage([once(k, 1, LONG_MS), once(k, 2, LONG_MS)]);
    await eventually(async () => expect(await queue.depth()).toMatchObject({ jobs: 0, deadLetters: 1 }));
    await queue.stage([once(k, 3, 1)]);
    expect(await queue.depth()).toMatchObject({ jobs: 0, deadLetters: 1 });
    expect(seen).toEqual([1]);
    expect((await queue.control.usageByTenant()).get(k.tenantId)).toMatchObject({ dropped: 2 });
  });

  test('takes what comes after the window', async () => {
    const seen: number[] = [];
    const queue = await start(noting(seen));
    await queue.stage([once(k, 1, 10)]);
    await settled(queue);
    await eventually(async () => {
      await queue.stage([once(k, 2, LONG_MS)]);
      expect(seen).toEqual([1, 2]);
    });
  });

  test('keeps windows of lanes and tenants apart, and forgets those of a tenant with it', async () => {
    const seen: string[] = [];
    const queue = await start((batch) => {
      seen.push(`${batch.lane.tenantId} ${sequenceOf(batch.jobs[0]!)}`);
      return done(batch);
    });
    const other = lane('k', 'reactor', 'other');
    await queue.stage([once(k, 1, LONG_MS), once(other, 2, LONG_MS)]);
    await settled(queue);
    expect(await queue.forget(k.tenantId)).toBe(0);
    await queue.stage([once(k, 3, LONG_MS), once(other, 4, LONG_MS)]);
    await settled(queue);
    expect(seen.toSorted()).toEqual(['acme 1', 'acme 3', 'other 2']);
  });

  test('holds among follow-ups as well', async () => {
    const seen: number[] = [];
    const queue = await start((batch) => {
      if (batch.lane.kind === 'reactor') return noting(seen)(batch);
      const followUps = batch.jobs.map((job) => once(k, sequenceOf(job), LONG_MS));
      return { completed: batch.jobs.length, followUps };
    });
    await queue.stage([range(lane('a'), 1), range(lane('a'), 2), range(lane('b'), 3)]);
    await settled(queue);
    expect(seen).toHaveLength(1);
    expect((await queue.control.usageByTenant()).get(k.tenantId)).toMatchObject({ dropped: 2 });
  });
}
