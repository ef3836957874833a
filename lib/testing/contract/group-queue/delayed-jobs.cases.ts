import { PermanentError } from '../../../errors/permanent.error.js';
import type { GroupQueue } from '../../../queue/group-queue.js';
import type { CommandJob } from '../../../queue/job.js';
import { QueueFullError } from '../../../queue/queue-full.error.js';
import type { StagedJob } from '../../../queue/staged-job.js';
import { createTenantId } from '../../../tenancy/create-tenant-id.js';
import { eventually } from '../eventually.js';
import {
  type GroupQueueCases,
  type Handle,
  command,
  delayedCommand,
  done,
  lane,
  range,
  settled,
  timer,
} from './group-queue-cases.js';

const LONG_MS = 3_600_000;
const note = { by: 'ann', reason: 'test' };
const of = lane('a', 'command');
const timers = (count: number, tenant?: string): readonly StagedJob[] =>
  Array.from({ length: count }, (_, index) => timer(`t${index}`, LONG_MS, tenant));

/** See `groupQueueSuite`. */
export function delayedJobsCases({ expect, test, open, start }: GroupQueueCases): void {
  const expectFull = async (queue: GroupQueue, jobs: readonly StagedJob[], option: string): Promise<void> => {
    const { jobs: before } = await queue.depth();
    const refused = queue.stage(jobs);
    await expect(refused).rejects.toBeInstanceOf(QueueFullError);
    await expect(refused).rejects.toMatchObject({ option });
    expect(await queue.depth()).toMatchObject({ jobs: before });
  };

  test('lets no wake-up and no delayed command keep off what is to be done now, of whatever tenant', async () => {
    const queue = await open({ maxWaitingCommands: 2, maxWaitingJobs: 3, maxWaitingJobsPerTenant: 2 });
    const other = lane('a', 'command', 'other');
    await queue.stage(timers(9));
    for (const id of ['1', '2', '3']) await queue.stage([delayedCommand(id, LONG_MS)]);
    expect(await queue.depth()).toMatchObject({ jobs: 12, delayedJobs: 12, parkedJobs: 0 });
    const { control } = queue;
    expect((await control.usageByTenant()).get(of.tenantId)).toMatchObject({ jobs: 12, delayedJobs: 12 });
    expect((await control.usageByComponent()).get('timer:c@1')).toMatchObject({ jobs: 9, delayedJobs: 9 });
    expect((await control.usageByComponent()).get('delay:c@1')).toMatchObject({ jobs: 3, delayedJobs: 3 });
    await queue.stage([command(of, '4')]);
    await queue.stage([command(other, '5')]);
    expect(await queue.depth()).toMatchObject({ jobs: 14, delayedJobs: 12 });
    // What is to be done now still counts; then delayed commands, which may be due at once, are refused as well.
    await expectFull(queue, [command(of, '6')], 'maxWaitingCommands');
    await expectFull(queue, [delayedCommand('6', 0)], 'maxWaitingCommands');
    await queue.stage([range(lane('a'), 1)]);
    expect(await queue.forget(of.tenantId)).toBe(14);
    expect(await queue.depth()).toMatchObject({ jobs: 1, delayedJobs: 0 });
  });

  test('counts all of several calls at a time', async () => {
    const queue = await open({ maxWaitingCommands: 4, maxDelayedJobsPerTenant: 5 });
    const ids = Array.from({ length: 20 }, (_, index) => `${index}`);
    const staged = ids.map((id) => queue.stage([delayedCommand(id, LONG_MS)]));
    staged.push(...ids.map((id) => queue.stage([command(of, id)])));
    const refused = (await Promise.allSettled(staged)).filter(({ status }) => status === 'rejected');
    expect(refused.length).toBe(staged.length - 4 - 5);
    expect(await queue.depth()).toMatchObject({ jobs: 9, delayedJobs: 5 });
  });

  test('refuses the delayed commands of a tenant of which too much waits for its time, and nothing else', async () => {
    const queue = await open({ maxDelayedJobsPerTenant: 4 });
    await queue.stage([...timers(2), delayedCommand('1', LONG_MS)]);
    await expectFull(queue, [delayedCommand('2', LONG_MS), delayedCommand('3', LONG_MS)], 'maxDelayedJobsPerTenant');
    await queue.stage([delayedCommand('4', LONG_MS)]);
    await expectFull(queue, [delayedCommand('5', LONG_MS)], 'maxDelayedJobsPerTenant');
    await queue.stage([delayedCommand('5', LONG_MS, 'other')]);
    await queue.stage([...timers(5).slice(2), command(of, '6'), range(lane('a'), 1)]);
    expect(await queue.depth()).toMatchObject({ jobs: 10, delayedJobs: 8 });
    // Those that wait are of no account any more once they are gone.
    expect(await queue.forgetComponent({ kind: 'timer', component: 'c@1' })).toBe(5);
    expect(await queue.depth()).toMatchObject({ jobs: 5, delayedJobs: 3 });
    await queue.stage([delayedCommand('7', LONG_MS), delayedCommand('8', LONG_MS)]);
    await expectFull(queue, [delayedCommand('9', LONG_MS)], 'maxDelayedJobsPerTenant');
  });

  test('takes no delayed command where none may wait', async () => {
    const queue = await open({ maxDelayedJobsPerTenant: 0 });
    await expectFull(queue, [delayedCommand('1', 0)], 'maxDelayedJobsPerTenant');
    await queue.stage([command(of, '1'), ...timers(1)]);
  });

  test('takes delayed commands that follow from others, however many wait', async () => {
    const followUps = [delayedCommand('1', LONG_MS), ...timers(2)];
    const queue = await start((batch) => ({ completed: batch.jobs.length, followUps }), {
      limits: { maxDelayedJobsPerTenant: 1 },
    });
    await queue.stage([range(lane('a'), 1)]);
    await eventually(async () => expect(await queue.depth()).toMatchObject({ jobs: 3, delayedJobs: 3, running: 0 }));
  });

  test('lets a delayed command that is due go on to its aggregate, and wait there, also where it is full', async () => {
    const seen: string[] = [];
    const goOn: Handle = ({ lane: from, jobs }) => ({
      completed: jobs.length,
      followUps: jobs.map((job) => ({ lane: { ...from, kind: 'command' }, job })),
    });
    const queue = await start(
      (batch) => {
        if (batch.lane.kind === 'delay') return goOn(batch);
        seen.push(...(batch.jobs as readonly CommandJob[]).map(({ commandId }) => commandId));
        return done(batch);
      },
      { limits: { maxWaitingCommands: 1, maxWaitingJobs: 1, maxWaitingJobsPerTenant: 1 } },
    );
    const { control } = queue;
    const commands = { component: { kind: 'command', component: 'c@1' } } as const;
    const delays = { component: { kind: 'delay', component: 'c@1' } } as const;
    await control.pause(commands, note);
    await control.pause(delays, note);
    await queue.stage([delayedCommand('1', 1)]);
    await queue.stage([delayedCommand('2', 1)]);
    await queue.stage([command(of, '3')]);
    expect(await queue.depth()).toMatchObject({ jobs: 3, delayedJobs: 2 });
    await control.resume(delays, note);
    await eventually(async () => expect(await queue.depth()).toMatchObject({ jobs: 3, delayedJobs: 0, running: 0 }));
    await expectFull(queue, [command(of, '4')], 'maxWaitingCommands');
    expect(seen).toEqual([]);
    await control.resume(commands, note);
    await settled(queue);
    expect(seen.toSorted()).toEqual(['1', '2', '3']);
    await queue.stage([command(of, '4')]);
    await settled(queue);
  });

  test('counts what is parked once, and again as delayed when it goes on', async () => {
    let isBroken = true;
    const queue = await start(
      () => {
        if (isBroken) throw new PermanentError('no');
        return { completed: 0, followUps: [], heldForMs: LONG_MS };
      },
      { policy: { whenExhausted: 'park' }, limits: { maxWaitingJobs: 2, maxDelayedJobsPerTenant: 2 } },
    );
    const { control } = queue;
    const ids = ['a', 'b', 'c'];
    await queue.stage(ids.map((id) => timer(id, 1)));
    await eventually(async () => expect(await queue.depth()).toMatchObject({ parkedLanes: 3, running: 0 }));
    expect(await queue.depth()).toMatchObject({ jobs: 3, parkedJobs: 3, delayedJobs: 0 });
    expect((await control.usageByTenant()).get(of.tenantId)).toMatchObject({ parkedJobs: 3, delayedJobs: 0 });
    // As many as may wait, where nobody takes them.
    const unknown = { ...lane('x'), component: 'unknown@1' };
    await queue.stage([range(unknown, 1), range(unknown, 2)]);
    await expectFull(queue, [command(of, '1')], 'maxWaitingJobs');
    expect(await queue.forgetComponent(unknown)).toBe(2);
    await queue.stage([delayedCommand('1', LONG_MS)]);
    isBroken = false;
    await control.retryLane(timer('a', 1).lane, note);
    await control.skipJob(timer('b', 1).lane, note);
    await eventually(async () =>
      expect(await queue.depth()).toMatchObject({ jobs: 3, parkedJobs: 1, delayedJobs: 2, deadLetters: 1, running: 0 }),
    );
    await expectFull(queue, [delayedCommand('2', LONG_MS)], 'maxDelayedJobsPerTenant');
    await control.discardJob(timer('c', 1).lane, note);
    expect(await queue.depth()).toMatchObject({ jobs: 2, parkedJobs: 0, delayedJobs: 2 });
    await control.redrive({}, note);
    await eventually(async () => expect(await queue.depth()).toMatchObject({ jobs: 3, delayedJobs: 3, running: 0 }));
    expect(await queue.forget(createTenantId('acme'))).toBe(3);
    expect(await queue.depth()).toMatchObject({ jobs: 0, parkedJobs: 0, delayedJobs: 0, deadLetters: 0 });
    await queue.stage([delayedCommand('3', LONG_MS)]);
  });
}
