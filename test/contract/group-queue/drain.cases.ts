import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { ClosedError } from '../../../lib/errors/closed.error.js';
import type { LaneOutcome } from '../../../lib/queue/lane-batch.js';
import { eventually } from '../../support/eventually.js';
import { type GroupQueueCases, command, done, lane, range } from './group-queue-cases.js';

/** See `groupQueueSuite`. */
export function drainCases({ start }: GroupQueueCases): void {
  it('finishes what was accepted with all that follows from it, and takes no more commands', async () => {
    const seen: string[] = [];
    const queue = await start(async (batch) => {
      seen.push(batch.lane.kind);
      await new Promise((resolve) => setImmediate(resolve));
      return { ...done(batch), followUps: batch.lane.kind === 'command' ? [range(lane('a'), 1)] : [] };
    });
    await queue.stage([command(lane('a', 'command'), '1')]);
    const drained = queue.drain();
    await expect(queue.stage([command(lane('a', 'command'), '2')])).rejects.toBeInstanceOf(ClosedError);
    await drained;
    expect(seen).toEqual(['command', 'fold']);
  });

  it('ends within its bound although a handler hangs, and aborts it', async () => {
    let aborted: unknown;
    const queue = await start(
      (batch) =>
        new Promise<LaneOutcome>(() => {
          batch.signal.addEventListener('abort', () => (aborted = batch.signal.reason));
        }),
      { limits: { drainTimeoutMs: 50 } },
    );
    await queue.stage([range(lane('a'), 1)]);
    await queue.drain();
    expect(aborted).toBeInstanceOf(ClosedError);
  });

  it('does not wait for a lane that waits after a failure, and bears a second call', async () => {
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

  it('takes the commands that come of what is being finished', async () => {
    const seen: string[] = [];
    const queue = await start(async (batch) => {
      seen.push(batch.lane.kind);
      await delay(5);
      if (batch.lane.kind === 'reactor') await queue.stage([command(lane('a', 'command'), '1')]);
      return done(batch);
    });
    await queue.stage([range(lane('a', 'reactor'), 1)]);
    await queue.drain();
    expect(seen).toEqual(['reactor', 'command']);
  });

  it('has one end, for all who ask for it', async () => {
    let ended = false;
    const queue = await start(async (batch) => {
      await delay(20);
      ended = true;
      return done(batch);
    });
    await queue.stage([range(lane('a'), 1)]);
    void queue.drain();
    await queue.drain();
    expect(ended).toBe(true);
  });
}
