import { strictEqual } from 'node:assert';
import { setTimeout as delay } from 'node:timers/promises';
import { UnknownCommandError } from '../../../commands/unknown-command.error.js';
import type { GroupQueue } from '../../../queue/group-queue.js';
import type { CommandJob } from '../../../queue/job.js';
import type { Lane } from '../../../queue/lane.js';
import type { LaneContent } from '../../../queue/queue-control.js';
import { eventually } from '../eventually.js';
import { gate } from '../gate.js';
import { type GroupQueueCases, command, done, lane, range, sequenceOf, settled } from './group-queue-cases.js';

const note = { by: 'ann', reason: 'looked at it' };
/** So long that no case sees the second attempt unless it asks for it. */
const PATIENT = { backoffMs: 60_000, maxBackoffMs: 60_000, maxAttempts: 10, maxBatchJobs: 1 };
const ACTIONS = ['retryLane', 'skipJob', 'discardJob'] as const;

function hasStatus(queue: GroupQueue, of: Lane, status: LaneContent['status']): Promise<void> {
  return eventually(async () => strictEqual((await queue.control.inspect(of))?.status, status));
}

/** See `groupQueueSuite`. */
export function failingCases({ expect, test, start }: GroupQueueCases): void {
  test('shows lanes whose heads keep failing, and tries one at once with all its attempts', async () => {
    const seen: number[] = [];
    const attempts: number[] = [];
    let isBroken = true;
    const queue = await start(
      (batch) => {
        attempts.push(batch.attempt);
        if (isBroken) throw new Error('broken');
        seen.push(...batch.jobs.map(sequenceOf));
        return done(batch);
      },
      { policy: PATIENT },
    );
    await queue.stage([range(lane('a'), 1), range(lane('a'), 2)]);
    await hasStatus(queue, lane('a'), 'waiting');
    await queue.stage([range(lane('b', 'map', 'other'), 1)]);
    await hasStatus(queue, lane('b', 'map', 'other'), 'waiting');
    const { control } = queue;
    const [first, second, ...others] = await control.failingLanes();
    expect(others).toEqual([]);
    expect(first).toMatchObject({ lane: lane('a'), status: 'waiting', jobs: 2, attempts: 1, outages: 0 });
    expect(first!.failures).toMatchObject([{ error: 'Error: broken', stack: expect.stringContaining('broken') }]);
    expect(first!.nextAttemptAt! - first!.failingSince).toBeGreaterThan(20_000);
    expect(Math.abs(first!.failingSince - Date.now())).toBeLessThan(60_000);
    expect(second).toMatchObject({ lane: lane('b', 'map', 'other'), jobs: 1 });
    expect(await control.failingLanes({ tenantId: lane('a').tenantId })).toEqual([first]);
    expect(await control.failingLanes({ component: { kind: 'map', component: 'c@1' } })).toEqual([second]);
    expect(await control.failingLanes({ limit: 1 })).toEqual([first]);
    expect(await control.parkedLanes()).toEqual([]);
    isBroken = false;
    expect(await control.retryLane(lane('a'), note)).toBe(true);
    expect(await control.retryLane(lane('b', 'map', 'other'), note)).toBe(true);
    await settled(queue);
    expect(seen.toSorted()).toEqual([1, 1, 2]);
    expect(attempts).toEqual([1, 1, 1, 1, 1]);
    expect(await control.failingLanes()).toEqual([]);
    expect(await control.actions()).toMatchObject([
      { action: 'retry', subject: lane('b', 'map', 'other'), ...note },
      { action: 'retry', subject: lane('a'), ...note },
    ]);
  });

  test('lets a command that no worker knows be skipped or discarded, so that its aggregate goes on', async () => {
    const seen: string[] = [];
    const queue = await start(
      (batch) => {
        const { commandId } = batch.jobs[0] as CommandJob;
        if (commandId.startsWith('gone')) throw new UnknownCommandError('gone');
        seen.push(commandId);
        return done(batch);
      },
      { policy: PATIENT },
    );
    const { control } = queue;
    const held = lane('a', 'command');
    await queue.stage([command(held, 'gone 1'), command(held, 'gone 2'), command(held, '3')]);
    await hasStatus(queue, held, 'waiting');
    expect(await control.failingLanes()).toMatchObject([
      { lane: held, jobs: 3, attempts: 0, outages: 1, failures: [{ error: expect.stringMatching(/command gone/) }] },
    ]);
    expect(await control.skipJob(held, note)).toBe(true);
    await eventually(async () =>
      expect(await control.inspect(held)).toMatchObject({ status: 'waiting', size: 2, outages: 1 }),
    );
    expect(await control.discardJob(held, note)).toBe(true);
    await settled(queue);
    expect(seen).toEqual(['3']);
    expect(await control.deadLetters()).toMatchObject([
      { lane: held, job: { commandId: 'gone 1' }, skippedBecause: note.reason, failures: [{}] },
    ]);
    expect((await control.actions()).map(({ action }) => action)).toEqual(['discard', 'skip']);
  });

  test.each(ACTIONS)('%s reaches a lane whose next attempt is held back by a pause', async (action) => {
    const seen: string[] = [];
    const target = { component: { kind: 'fold', component: 'c@1' } } as const;
    let queue: GroupQueue | undefined;
    let isBroken = true;
    queue = await start(
      async (batch) => {
        if (isBroken && batch.lane.id === 'b') {
          await queue!.control.pause(target, note);
          throw new Error('broken');
        }
        seen.push(`${batch.lane.id} ${sequenceOf(batch.jobs[0]!)}`);
        return done(batch);
      },
      { policy: { ...PATIENT, backoffMs: 1, maxBackoffMs: 1 } },
    );
    await queue.stage([range(lane('b'), 1)]);
    const failing = [{ lane: lane('b'), status: 'ready', attempts: 1 }];
    await eventually(async () => expect(await queue.control.failingLanes()).toMatchObject(failing));
    await queue.stage([range(lane('a'), 1), range(lane('c'), 1)]);
    isBroken = false;
    expect(await queue.control[action](lane('b'), note)).toBe(true);
    expect(await queue.control.failingLanes()).toEqual([]);
    expect(await queue.control.inspect(lane('b'))).toEqual(
      action === 'retryLane' ? expect.objectContaining({ status: 'ready', size: 1, attempts: 0 }) : undefined,
    );
    await queue.control.resume(target, note);
    await settled(queue);
    expect(seen.toSorted()).toEqual(action === 'retryLane' ? ['a 1', 'b 1', 'c 1'] : ['a 1', 'c 1']);
  });

  test.each(ACTIONS)('%s reaches a lane whose next attempt waits for a slot', async (action) => {
    const end = gate();
    const sizes: number[] = [];
    let isBroken = true;
    const queue = await start(
      async (batch) => {
        if (isBroken && batch.lane.id === 'b') throw new Error('broken');
        sizes.push(batch.jobs.length);
        if (batch.lane.id === 'slow') await end.opened;
        return done(batch);
      },
      { policy: { ...PATIENT, backoffMs: 1, maxBackoffMs: 1, maxAttempts: 1_000_000 }, limits: { concurrency: 1 } },
    );
    await queue.stage([range(lane('b'), 1)]);
    await eventually(async () => expect(await queue.control.failingLanes()).toHaveLength(1));
    await queue.stage([range(lane('slow', 'fold', 'other'), 1)]);
    await eventually(() => expect(sizes).toEqual([1]));
    await hasStatus(queue, lane('b'), 'ready');
    isBroken = false;
    expect(await queue.control[action](lane('b'), note)).toBe(true);
    end.open();
    await settled(queue);
    expect(sizes).toEqual(action === 'retryLane' ? [1, 1] : [1]);
  });

  test.each(ACTIONS)('%s does nothing to a lane that runs, or has not failed', async (action) => {
    const started = gate();
    const end = gate();
    let isBroken = true;
    const queue = await start(
      async (batch) => {
        if (isBroken) throw new Error('broken');
        started.open();
        await end.opened;
        return done(batch);
      },
      { policy: { ...PATIENT, backoffMs: 1, maxBackoffMs: 1, maxAttempts: 1_000_000 } },
    );
    const later = { delayMs: 60_000, maxWaitMs: 60_000, source: 'x', rank: 1 };
    await queue.stage([{ ...range(lane('later', 'reactor'), 1), debounce: later }, range(lane('failing'), 1)]);
    await eventually(async () => expect(await queue.control.failingLanes()).toHaveLength(1));
    isBroken = false;
    await started.opened;
    for (const id of [lane('failing'), lane('later', 'reactor'), lane('none')]) {
      expect(await queue.control[action](id, note)).toBe(false);
    }
    expect(await queue.control.actions()).toEqual([]);
    expect(await queue.control.failingLanes()).toMatchObject([{ lane: lane('failing'), status: 'running' }]);
    end.open();
    await eventually(async () => expect(await queue.depth()).toMatchObject({ jobs: 1, running: 0 }));
  });

  test('does not hold against a job what the one before it failed at', async () => {
    const end = gate();
    const since: number[] = [];
    let runs = 0;
    const queue = await start(
      async (batch) => {
        runs += 1;
        if (runs === 1) return { completed: 0, followUps: [], failure: { error: new Error('first') } };
        since.push((await queue.control.failingLanes())[0]!.failingSince);
        if (runs > 2) await end.opened;
        // So that the next failure has another time.
        else await delay(10);
        return runs > 2 ? done(batch) : { completed: 1, followUps: [], failure: { error: new Error('second') } };
      },
      { policy: { maxAttempts: 10, backoffMs: 1, maxBackoffMs: 1 } },
    );
    await queue.stage([range(lane('a'), 1), range(lane('a'), 2)]);
    await eventually(() => expect(since).toHaveLength(2));
    expect(since[1]).toBeGreaterThan(since[0]!);
    expect(await queue.control.inspect(lane('a'))).toMatchObject({
      status: 'running',
      attempts: 1,
      failures: [{ error: 'Error: second' }],
    });
    end.open();
    await settled(queue);
  });
}
