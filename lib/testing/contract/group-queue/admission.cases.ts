import { PermanentError } from '../../../errors/permanent.error.js';
import { QueueFullError } from '../../../queue/queue-full.error.js';
import type { CommandJob } from '../../../queue/job.js';
import { eventually } from '../eventually.js';
import { COMPONENTS, type GroupQueueCases, POLICY, command, done, lane, range, settled } from './group-queue-cases.js';

/** See `groupQueueSuite`. */
export function admissionCases({ expect, test, open, start }: GroupQueueCases): void {
  test('refuses commands beyond its bound and takes none of them, but always takes stored events', async () => {
    const queue = await open({ maxWaitingCommands: 2 });
    await queue.stage([command(lane('a', 'command'), '1')]);
    await expect(
      queue.stage([command(lane('a', 'command'), '2'), command(lane('a', 'command'), '3')]),
    ).rejects.toBeInstanceOf(QueueFullError);
    expect(await queue.depth()).toMatchObject({ jobs: 1 });
    await queue.stage([range(lane('a'), 1), range(lane('a'), 2), range(lane('a'), 3)]);
    const ids: string[] = [];
    queue.consume({
      components: COMPONENTS,
      policy: () => POLICY,
      handle: async (batch) => {
        if (batch.lane.kind === 'command') ids.push(...(batch.jobs as CommandJob[]).map(({ commandId }) => commandId));
        return done(batch);
      },
    });
    await settled(queue);
    await queue.stage([command(lane('a', 'command'), '4'), command(lane('a', 'command'), '5')]);
    await settled(queue);
    expect(ids).toEqual(['1', '4', '5']);
  });

  test('refuses commands while too much of other work waits, that of parked lanes apart', async () => {
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => (release = resolve));
    const queue = await start(
      async (batch) => {
        if (batch.lane.id !== 'bad') return done(batch);
        await gate;
        throw new PermanentError('poison');
      },
      { policy: { whenExhausted: 'park', maxBatchJobs: 1 }, limits: { maxWaitingJobs: 3 } },
    );
    await queue.stage([1, 2, 3, 4].map((sequence) => range(lane('bad'), sequence)));
    await expect(queue.stage([command(lane('a', 'command'), '1')])).rejects.toMatchObject({ option: 'maxWaitingJobs' });
    release();
    await eventually(async () => expect(await queue.depth()).toMatchObject({ parkedJobs: 4 }));
    await queue.stage([command(lane('a', 'command'), '2')]);
    await eventually(async () => expect(await queue.depth()).toMatchObject({ jobs: 4, running: 0 }));
  });
}
