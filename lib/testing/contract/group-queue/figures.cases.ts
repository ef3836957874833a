import { setTimeout as delay } from 'node:timers/promises';
import { PermanentError } from '../../../errors/permanent.error.js';
import type { GroupQueue } from '../../../queue/group-queue.js';
import type { QueueUsage } from '../../../queue/queue-usage.js';
import { eventually } from '../eventually.js';
import { gate } from '../gate.js';
import { EMPTY, type GroupQueueCases, POLICY, done, lane, range, settled } from './group-queue-cases.js';

const note = { by: 'ann', reason: 'test' };
const PIPELINE = 'orders: {all}';
const NOTHING: QueueUsage = { ...EMPTY, dropped: 0, longestReadyMs: 0 };
/** Two clocks that are rounded down. */
const ROUNDING_MS = 2;

/** See `groupQueueSuite`. */
export function figuresCases({ expect, test, open, start }: GroupQueueCases): void {
  test('counts by tenant, component and pipeline what waits, runs, is parked and was put aside', async () => {
    const end = gate();
    const queue = await start(
      async (batch) => {
        if (batch.lane.id === 'bad') throw new PermanentError('poison');
        if (batch.lane.id === 'slow') await end.opened;
        return done(batch);
      },
      { policy: { maxBatchJobs: 1, whenExhausted: 'park' } },
    );
    const { control } = queue;
    await queue.stage([range(lane('bad'), 1), range(lane('bad'), 2), range(lane('fine'), 1)]);
    await queue.stage([range(lane('slow', 'map'), 1), range(lane('slow', 'reactor', 'other'), 1)]);
    await eventually(async () => expect(await queue.depth()).toMatchObject({ jobs: 4, parkedLanes: 1, running: 2 }));
    const parked = { ...NOTHING, jobs: 2, parkedJobs: 2, parkedLanes: 1 };
    const running = { ...NOTHING, jobs: 1, running: 1 };
    expect(Object.fromEntries(await control.usageByTenant())).toEqual({
      acme: { ...parked, jobs: 3, running: 1 },
      other: running,
    });
    expect(Object.fromEntries(await control.usageByComponent())).toEqual({
      'fold:c@1': parked,
      'map:c@1': running,
      'reactor:c@1': running,
    });
    expect(Object.fromEntries(await control.usageByPipeline())).toEqual({
      [PIPELINE]: { ...parked, jobs: 3, running: 1 },
      mail: running,
    });
    end.open();
    await control.skipJob(lane('bad'), note);
    await eventually(async () => expect(await queue.depth()).toMatchObject({ jobs: 1, parkedLanes: 1, running: 0 }));
    await control.skipJob(lane('bad'), note);
    await settled(queue);
    const skipped = { ...NOTHING, deadLetters: 2 };
    expect(Object.fromEntries(await control.usageByTenant())).toEqual({ acme: skipped });
    expect(Object.fromEntries(await control.usageByComponent())).toEqual({ 'fold:c@1': skipped });
    expect(Object.fromEntries(await control.usageByPipeline())).toEqual({ [PIPELINE]: skipped });
  });

  test('lists and redrives what belongs to a pipeline', async () => {
    let isBroken = true;
    const queue = await start(
      (batch) => {
        if (isBroken) throw batch.lane.id === 'failing' ? new Error('no') : new PermanentError('no');
        return done(batch);
      },
      { policy: { backoffMs: 60_000, maxBackoffMs: 60_000 } },
    );
    const { control } = queue;
    await queue.stage([range(lane('dead'), 1), range(lane('dead', 'reactor'), 1)]);
    await queue.stage([range(lane('failing'), 1), range(lane('failing', 'reactor'), 1)]);
    await eventually(async () => expect(await queue.depth()).toMatchObject({ jobs: 2, deadLetters: 2, running: 0 }));
    expect(await control.failingLanes({ pipeline: PIPELINE })).toMatchObject([{ lane: lane('failing') }]);
    expect(await control.failingLanes({ pipeline: 'mail' })).toMatchObject([{ lane: lane('failing', 'reactor') }]);
    expect(await control.failingLanes({ pipeline: 'none' })).toEqual([]);
    expect(await control.deadLetters({ pipeline: 'mail' })).toMatchObject([{ lane: lane('dead', 'reactor') }]);
    isBroken = false;
    expect(await control.redrive({ pipeline: PIPELINE }, note)).toBe(1);
    await eventually(async () => expect(await queue.depth()).toMatchObject({ jobs: 2, deadLetters: 1 }));
    await control.retryLane(lane('failing'), note);
    await control.retryLane(lane('failing', 'reactor'), note);
    await settled(queue);
  });

  test('holds what joins a pipeline that is paused', async () => {
    const seen: string[] = [];
    const queue = await open();
    await queue.control.pause({ pipeline: 'orders' }, note);
    await queue.stage([range({ ...lane('a'), component: 'new@1' }, 1), range(lane('b'), 1)]);
    queue.consume({
      components: [
        { kind: 'fold', component: 'new@1', pipeline: 'orders' },
        { kind: 'fold', component: 'c@1' },
      ],
      policy: () => POLICY,
      handle: async (batch) => {
        seen.push(batch.lane.id);
        return done(batch);
      },
    });
    await eventually(async () => expect(await queue.depth()).toMatchObject({ jobs: 1, running: 0 }));
    expect(seen).toEqual(['b']);
    expect(await queue.control.usageByPipeline()).toMatchObject(new Map([['orders', { jobs: 1 }]]));
    await queue.control.resume({ pipeline: 'orders' }, note);
    await settled(queue);
    expect(seen).toEqual(['b', 'a']);
  });

  test('says for how long lanes have been ready that nobody takes', async () => {
    const queue = await start(done);
    const { control } = queue;
    await control.pause({ component: { kind: 'fold', component: 'c@1' } }, note);
    const first = await stagedBetween(queue, 'a', 'acme');
    await delay(30);
    const second = await stagedBetween(queue, 'b', 'acme');
    await delay(30);
    const third = await stagedBetween(queue, 'c', 'other');
    const later = { delayMs: 60_000, maxWaitMs: 60_000, source: 'x', rank: 1 };
    await queue.stage([{ ...range(lane('later', 'reactor', 'late'), 1), debounce: later }]);
    const from = Date.now();
    const [tenants, components, pipelines] = [
      await control.usageByTenant(),
      await control.usageByComponent(),
      await control.usageByPipeline(),
    ];
    const to = Date.now();
    const expectSince = (usage: QueueUsage | undefined, staged: Awaited<ReturnType<typeof stagedBetween>>): void => {
      expect(usage!.longestReadyMs).toBeGreaterThanOrEqual(from - staged.to - ROUNDING_MS);
      expect(usage!.longestReadyMs).toBeLessThanOrEqual(to - staged.from + ROUNDING_MS);
    };
    expectSince(tenants.get(lane('a').tenantId), first);
    expectSince(tenants.get(lane('c', 'fold', 'other').tenantId), third);
    expectSince(components.get('fold:c@1'), first);
    expectSince(pipelines.get(PIPELINE), first);
    expect(tenants.get(lane('later', 'fold', 'late').tenantId)).toMatchObject({ jobs: 1, longestReadyMs: 0 });
    // A pause of more, and its end, leave the times as they are.
    await control.pause({ tenantId: lane('a').tenantId }, note);
    await control.resume({ tenantId: lane('a').tenantId }, note);
    expect((await control.usageByComponent()).get('fold:c@1')!.longestReadyMs).toBeGreaterThanOrEqual(
      from - first.to - ROUNDING_MS,
    );
    expect(second.from).toBeGreaterThan(first.to);
    await control.resume({ component: { kind: 'fold', component: 'c@1' } }, note);
    await eventually(async () => expect(await queue.depth()).toMatchObject({ jobs: 1, running: 0 }));
    expect(await control.usageByComponent()).toEqual(new Map([['reactor:c@1', { ...NOTHING, jobs: 1 }]]));
  });
}

async function stagedBetween(
  queue: GroupQueue,
  id: string,
  tenant: string,
): Promise<{ readonly from: number; readonly to: number }> {
  const from = Date.now();
  await queue.stage([range(lane(id, 'fold', tenant), 1)]);
  return { from, to: Date.now() };
}
