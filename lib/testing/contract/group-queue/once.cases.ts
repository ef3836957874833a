import { InvalidArgumentError } from '../../../errors/invalid-argument.error.js';
import type { CommandJob } from '../../../queue/job.js';
import type { Once } from '../../../queue/once.js';
import { QueueFullError } from '../../../queue/queue-full.error.js';
import { eventually } from '../eventually.js';
import { expectRefused } from '../expect-refused.js';
import { type GroupQueueCases, type Handle, command, done, lane, range, settled } from './group-queue-cases.js';

const LONG_MS = 3_600_000;

/** See `groupQueueSuite`. */
export function onceCases({ expect, test, open, start }: GroupQueueCases): void {
  const once = (value: string, key = 'k', forMs = LONG_MS): Once => ({ key, value, forMs });
  const of = lane('a', 'command');
  const noting =
    (seen: string[]): Handle =>
    (batch) => {
      seen.push(...(batch.jobs as readonly CommandJob[]).map(({ commandId }) => commandId));
      return done(batch);
    };

  test('takes the first job under a key, and answers those after it with its value, also when it is done', async () => {
    const seen: string[] = [];
    const queue = await start(noting(seen));
    expect(await queue.stageOnce(command(of, '1'), once('one'))).toBe('one');
    expect(await queue.stageOnce(command(of, '2'), once('two'))).toBe('one');
    await settled(queue);
    expect(await queue.stageOnce(command(lane('b', 'command'), '3'), once('three'))).toBe('one');
    expect(await queue.stageOnce(command(of, '4'), once('four', 'other'))).toBe('four');
    await settled(queue);
    expect(seen).toEqual(['1', '4']);
    expect((await queue.control.usageByTenant()).get(of.tenantId)).toMatchObject({ dropped: 2 });
    expect((await queue.control.usageByComponent()).get('command:c@1')).toMatchObject({ dropped: 2 });
  });

  test('takes one of many that come at the same time', async () => {
    const seen: string[] = [];
    const queue = await start(noting(seen));
    const values = Array.from({ length: 50 }, (_, index) => `${index}`);
    const answers = await Promise.all(values.map((value) => queue.stageOnce(command(of, value), once(value))));
    expect(new Set(answers).size).toBe(1);
    await settled(queue);
    expect(seen).toEqual([answers[0]]);
  });

  test('takes the next one when its time is over', async () => {
    const seen: string[] = [];
    const queue = await start(noting(seen));
    expect(await queue.stageOnce(command(of, '1'), once('one', 'k', 20))).toBe('one');
    await eventually(async () => expect(await queue.stageOnce(command(of, '2'), once('two'))).toBe('two'));
    await settled(queue);
    expect(seen).toEqual(['1', '2']);
  });

  test('keeps tenants apart, and forgets the keys of one with it', async () => {
    const queue = await open();
    const other = lane('a', 'command', 'a b:{c}*');
    expect(await queue.stageOnce(command(of, '1'), once('one', 'ä : {%}*'))).toBe('one');
    expect(await queue.stageOnce(command(other, '2'), once('two', 'ä : {%}*'))).toBe('two');
    expect(await queue.forget(of.tenantId)).toBe(1);
    expect(await queue.stageOnce(command(of, '3'), once('three', 'ä : {%}*'))).toBe('three');
    expect(await queue.stageOnce(command(other, '4'), once('four', 'ä : {%}*'))).toBe('two');
    expect(await queue.depth()).toMatchObject({ jobs: 2 });
  });

  test('keeps nothing under a key of what it refused, and answers for what stands when it is full', async () => {
    const queue = await open({ maxWaitingCommands: 1 });
    await queue.stageOnce(command(of, '1'), once('one'));
    await expectRefused(() => queue.stageOnce(command(of, '2'), once('two', 'other')), QueueFullError);
    expect(await queue.stageOnce(command(of, '3'), once('three'))).toBe('one');
    queue.consume({
      components: [{ kind: 'command', component: 'c@1', pipeline: 'c' }],
      policy: () => ({
        maxBatchJobs: 1,
        maxAttempts: 1,
        backoffMs: 1,
        maxBackoffMs: 1,
        timeoutMs: 1_000,
        whenExhausted: 'park',
      }),
      handle: async (batch) => done(batch),
    });
    await settled(queue);
    expect(await queue.stageOnce(command(of, '4'), once('four', 'other'))).toBe('four');
  });

  test('delays the one that it takes, and refuses it where too many wait for their time', async () => {
    const queue = await open({ maxDelayedJobsPerTenant: 1 });
    const waiting = { ...command(lane('a', 'delay'), '1'), delayMs: LONG_MS };
    expect(await queue.stageOnce(waiting, once('one'))).toBe('one');
    expect(await queue.stageOnce({ ...waiting, delayMs: 0 }, once('two'))).toBe('one');
    expect(await queue.control.inspect(waiting.lane)).toMatchObject({ status: 'waiting', size: 1 });
    const next = { ...waiting, lane: lane('b', 'delay') };
    await expectRefused(() => queue.stageOnce(next, once('two', 'other')), QueueFullError);
    expect(await queue.forget(of.tenantId)).toBe(1);
    expect(await queue.stageOnce(next, once('three', 'other'))).toBe('three');
  });

  test('takes what is no command as well', async () => {
    const queue = await open();
    expect(await queue.stageOnce(range(lane('a'), 1), once('one'))).toBe('one');
    expect(await queue.stageOnce(range(lane('a'), 2), once('two'))).toBe('one');
    expect(await queue.depth()).toMatchObject({ jobs: 1 });
  });

  test.each([
    ['a key that is none', { key: '' }],
    ['a key that is too long', { key: 'k'.repeat(4_097) }],
    ['a value that is too long', { value: 'v'.repeat(1_025) }],
    ['a time that is none', { forMs: 0 }],
    ['a time that no timer can wait for', { forMs: 2 ** 31 }],
  ])('refuses %s', async (_, wrong) => {
    const queue = await open();
    await expectRefused(() => queue.stageOnce(command(of, '1'), { ...once('one'), ...wrong }), InvalidArgumentError);
    expect(await queue.depth()).toMatchObject({ jobs: 0 });
  });
}
