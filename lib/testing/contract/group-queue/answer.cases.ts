import { InvalidArgumentError } from '../../../errors/invalid-argument.error.js';
import type { CommandJob } from '../../../queue/job.js';
import { MAX_ANSWER_BYTES } from '../../../queue/job-answer.js';
import { InvalidTenantError } from '../../../tenancy/invalid-tenant.error.js';
import { eventually } from '../eventually.js';
import { gate } from '../gate.js';
import { type GroupQueueCases, type Handle, command, lane, settled } from './group-queue-cases.js';

/** Far longer than a case: whoever waits for its end fails. */
const LONG_MS = 60_000;
const of = lane('a', 'command');
const { tenantId } = of;
const other = lane('a', 'command', 'other');

/** Completes all, and answers each with its command id. */
const answering: Handle = ({ jobs }) => ({
  completed: jobs.length,
  followUps: [],
  answers: (jobs as readonly CommandJob[]).map(({ receiptId, commandId }) => ({ id: receiptId, value: commandId })),
});

/** See `groupQueueSuite`. */
export function answerCases({ expect, test, open, start }: GroupQueueCases): void {
  test('gives an answer to all who wait for it, and to whoever asks later', async () => {
    const begin = gate();
    const queue = await start(async (batch) => {
      await begin.opened;
      return answering(batch);
    });
    await queue.stage([command(of, '1')]);
    const waiting = [1, 2].map(() => queue.awaitAnswer(tenantId, 'receipt-1', LONG_MS));
    expect(await queue.answer(tenantId, 'receipt-1')).toBeUndefined();
    begin.open();
    expect(await Promise.all(waiting)).toEqual(['1', '1']);
    await settled(queue);
    expect(await queue.answer(tenantId, 'receipt-1')).toBe('1');
    expect(await queue.awaitAnswer(tenantId, 'receipt-1', LONG_MS)).toBe('1');
  });

  test('keeps the answers of tenants apart, whatever their names', async () => {
    const queue = await start(answering);
    const odd = lane('a', 'command', 'a b:{c}*');
    await queue.stage([command(of, '1'), command(odd, 'ä : %')]);
    expect(await queue.awaitAnswer(odd.tenantId, 'receipt-ä : %', LONG_MS)).toBe('ä : %');
    expect(await queue.awaitAnswer(tenantId, 'receipt-1', LONG_MS)).toBe('1');
    expect(await queue.answer(tenantId, 'receipt-ä : %')).toBeUndefined();
    expect(await queue.answer(odd.tenantId, 'receipt-1')).toBeUndefined();
  });

  test('answers nothing when the time is over, and who waits longer all the same', async () => {
    const begin = gate();
    const queue = await start(async (batch) => {
      await begin.opened;
      return answering(batch);
    });
    await queue.stage([command(of, '1')]);
    const longer = queue.awaitAnswer(tenantId, 'receipt-1', LONG_MS);
    expect(await queue.awaitAnswer(tenantId, 'receipt-1', 20)).toBeUndefined();
    begin.open();
    expect(await longer).toBe('1');
  });

  test('answers what is acknowledged, and not what failed', async () => {
    const fail = gate();
    const queue = await start(async (batch) => {
      if (batch.attempt > 1) await fail.opened;
      if (batch.attempt > 1 || batch.jobs.length === 1) return answering(batch);
      const { answers } = await answering(batch);
      return { completed: 1, followUps: [], answers: answers!.slice(0, 1), failure: { error: new Error('no') } };
    });
    await queue.stage([command(of, '1'), command(of, '2')]);
    expect(await queue.awaitAnswer(tenantId, 'receipt-1', LONG_MS)).toBe('1');
    expect(await queue.answer(tenantId, 'receipt-2')).toBeUndefined();
    fail.open();
    expect(await queue.awaitAnswer(tenantId, 'receipt-2', LONG_MS)).toBe('2');
  });

  test('forgets answers after their time', async () => {
    const queue = await start(answering, { limits: { answersKeptMs: 50 } });
    await queue.stage([command(of, '1')]);
    expect(await queue.awaitAnswer(tenantId, 'receipt-1', LONG_MS)).toBe('1');
    await eventually(async () => expect(await queue.answer(tenantId, 'receipt-1')).toBeUndefined());
    // Another one of that tenant does not prolong those before it.
    await queue.stage([command(of, '2')]);
    expect(await queue.awaitAnswer(tenantId, 'receipt-2', LONG_MS)).toBe('2');
    expect(await queue.answer(tenantId, 'receipt-1')).toBeUndefined();
  });

  test('keeps the last answers of each tenant, however many come', async () => {
    const queue = await start(answering, { limits: { answersKeptPerTenant: 5 }, policy: { maxBatchJobs: 1 } });
    await queue.stage([command(other, 'old')]);
    await settled(queue);
    for (let number = 1; number <= 30; number += 1) await queue.stage([command(of, `${number}`)]);
    await settled(queue);
    const kept = await Promise.all([1, 10, 26, 27, 28, 29, 30].map((n) => queue.answer(tenantId, `receipt-${n}`)));
    expect(kept).toEqual([undefined, undefined, '26', '27', '28', '29', '30']);
    expect(await queue.answer(other.tenantId, 'receipt-old')).toBe('old');
  });

  test('forgets the answers of a tenant with it, also those that come meanwhile', async () => {
    const end = gate();
    let running = false;
    const queue = await start(async (batch) => {
      if (batch.lane.id === 'slow') {
        running = true;
        await end.opened;
      }
      return answering(batch);
    });
    await queue.stage([command(of, '1'), command(other, '1')]);
    await settled(queue);
    await queue.stage([command({ ...of, id: 'slow' }, '2')]);
    await eventually(() => expect(running).toBe(true));
    const forgetting = queue.forget(tenantId);
    end.open();
    await forgetting;
    expect(await queue.answer(tenantId, 'receipt-1')).toBeUndefined();
    expect(await queue.answer(tenantId, 'receipt-2')).toBeUndefined();
    expect(await queue.answer(other.tenantId, 'receipt-1')).toBe('1');
  });

  test.each([
    ['without a legal id', { answers: [{ id: ' ', value: '1' }] }],
    ['of too many bytes', { answers: [{ id: '1', value: 'ä'.repeat(MAX_ANSWER_BYTES / 2) + '!' }] }],
    ['to jobs that are not completed', { completed: 0, answers: [{ id: '1', value: '1' }] }],
  ])('takes no answer %s, nor the outcome that it is part of', async (_, wrong) => {
    const queue = await start(() => ({ completed: 1, followUps: [], ...wrong }));
    await queue.stage([command(of, '1')]);
    await settled(queue);
    expect(await queue.depth()).toMatchObject({ deadLetters: 1 });
    const [letter] = await queue.control.deadLetters();
    expect(letter?.failures.at(-1)?.error).toMatch(/answer/);
  });

  test('takes an answer of as many bytes as it may have', async () => {
    const value = 'ä'.repeat(MAX_ANSWER_BYTES / 2);
    const queue = await start(() => ({ completed: 1, followUps: [], answers: [{ id: '1', value }] }));
    await queue.stage([command(of, '1')]);
    expect(await queue.awaitAnswer(tenantId, '1', LONG_MS)).toBe(value);
  });

  test('refuses to be asked for what can have no answer', async () => {
    const queue = await open();
    await expect(queue.answer('' as never, '1')).rejects.toBeInstanceOf(InvalidTenantError);
    await expect(queue.answer(tenantId, '')).rejects.toBeInstanceOf(InvalidArgumentError);
    await expect(queue.awaitAnswer(tenantId, 'a\u0000', LONG_MS)).rejects.toBeInstanceOf(InvalidArgumentError);
  });

  test('lets those go who wait when it has ended', async () => {
    const queue = await open({ drainTimeoutMs: 50 });
    const waiting = queue.awaitAnswer(tenantId, '1', LONG_MS);
    await queue.drain();
    expect(await waiting).toBeUndefined();
    expect(await queue.awaitAnswer(tenantId, '1', LONG_MS)).toBeUndefined();
  });
}
