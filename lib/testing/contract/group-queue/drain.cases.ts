import { setTimeout as delay } from 'node:timers/promises';
import { ClosedError } from '../../../errors/closed.error.js';
import type { LaneOutcome } from '../../../queue/lane-batch.js';
import { eventually } from '../eventually.js';
import { type GroupQueueCases, type Handle, command, done, lane, range } from './group-queue-cases.js';

/** See `groupQueueSuite`. */
export function drainCases({ expect, test, start }: GroupQueueCases): void {
  test('finishes what runs, leaves nothing of it undone for good, and takes no more commands', async () => {
    const seen: string[] = [];
    const handle: Handle = async (batch) => {
      seen.push(batch.lane.kind);
      await delay(20);
      return { ...(await done(batch)), followUps: batch.lane.kind === 'command' ? [range(lane('a'), 1)] : [] };
    };
    const queue = await start(handle);
    await queue.stage([command(lane('a', 'command'), '1')]);
    await eventually(() => expect(seen).toEqual(['command']));
    const drained = queue.drain();
    await expect(queue.stage([command(lane('a', 'command'), '2')])).rejects.toBeInstanceOf(ClosedError);
    await drained;
    await start(handle);
    await eventually(() => expect(seen).toEqual(['command', 'fold']));
  });

  test('ends within its bound although a handler hangs, and aborts it', async () => {
    let started = false;
    let aborted: unknown;
    const queue = await start(
      (batch) =>
        new Promise<LaneOutcome>(() => {
          started = true;
          batch.abort.signal.addEventListener('abort', () => (aborted = batch.abort.signal.reason));
        }),
      { limits: { drainTimeoutMs: 50 } },
    );
    await queue.stage([range(lane('a'), 1)]);
    await eventually(() => expect(started).toBe(true));
    await queue.drain();
    expect(aborted).toBeInstanceOf(ClosedError);
  });

  test('does not wait for a lane that waits after a failure, and bears a second call', async () => {
    const queue = await start(
      () => {
        throw new Error('down');
      },
      { policy: { backoffMs: 60_000, maxBackoffMs: 60_000 } },
    );
    await queue.stage([range(lane('a'), 1)]);
    await eventually(async () => expect(await queue.depth()).toMatchObject({ jobs: 1, running: 0 }));
    await queue.drain();
    await queue.drain();
    expect(await queue.depth()).toMatchObject({ jobs: 1 });
  });

  test('takes the commands that come of what is being finished', async () => {
    const seen: string[] = [];
    const handle: Handle = async (batch) => {
      seen.push(batch.lane.kind);
      await delay(20);
      if (batch.lane.kind === 'reactor') await queue.stage([command(lane('a', 'command'), '1')]);
      return done(batch);
    };
    const queue = await start(handle);
    await queue.stage([range(lane('a', 'reactor'), 1)]);
    await eventually(() => expect(seen).toEqual(['reactor']));
    await queue.drain();
    await start(handle);
    await eventually(() => expect(seen).toEqual(['reactor', 'command']));
  });

  test('has one end, for all who ask for it', async () => {
    let started = false;
    let ended = false;
    const queue = await start(async (batch) => {
      started = true;
      await delay(20);
      ended = true;
      return done(batch);
    });
    await queue.stage([range(lane('a'), 1)]);
    await eventually(() => expect(started).toBe(true));
    void queue.drain();
    await queue.drain();
    expect(ended).toBe(true);
  });
}
