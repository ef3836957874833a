import type { QueueDepth } from '../../../queue/group-queue.js';
import { eventually } from '../eventually.js';
import { type GroupQueueCases, lane, range } from './group-queue-cases.js';

/** See `groupQueueSuite`. */
export function stagedCases({ expect, test, start }: GroupQueueCases): void {
  test('says so once the jobs are acknowledged and the follow-ups staged', async () => {
    const depths: Promise<QueueDepth>[] = [];
    const later = { delayMs: 60_000, maxWaitMs: 60_000, source: 's', rank: 1 };
    const queue = await start(({ jobs, lane: { id } }) => ({
      completed: jobs.length,
      followUps: id === 'a' ? ['b', 'c'].map((next) => ({ ...range(lane(next), 1), debounce: later })) : [],
      staged: () => void depths.push(queue.depth()),
    }));
    await queue.stage([range(lane('a'), 1)]);
    await eventually(() => expect(depths).toHaveLength(1));
    expect(await depths[0]).toMatchObject({ jobs: 2 });
    await queue.forget(lane('a').tenantId);
  });

  test('says so also of jobs before one that failed, and not of a handler that throws', async () => {
    const told: number[] = [];
    const queue = await start(
      ({ jobs, attempt }) => {
        if (attempt === 3) throw new Error('of no job in particular');
        const completed = jobs.length > 1 ? 1 : 0;
        return { completed, followUps: [], failure: { error: new Error('no') }, staged: () => told.push(completed) };
      },
      { policy: { maxBatchJobs: 2, whenExhausted: 'park' } },
    );
    await queue.stage([range(lane('a'), 1), range(lane('a'), 2)]);
    await eventually(async () => expect(await queue.depth()).toMatchObject({ parkedJobs: 1, running: 0 }));
    expect(told).toEqual([1, 0]);
  });
}
