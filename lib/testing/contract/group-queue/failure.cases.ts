import { setTimeout as delay } from 'node:timers/promises';
import { StoreUnavailableError } from '../../../event-store/store-unavailable.error.js';
import { PermanentError } from '../../../errors/permanent.error.js';
import { HandlerTimeoutError } from '../../../queue/handler-timeout.error.js';
import type { LaneOutcome } from '../../../queue/lane-batch.js';
import { eventually } from '../eventually.js';
import { type GroupQueueCases, done, lane, range, sequenceOf, settled } from './group-queue-cases.js';

/** See `groupQueueSuite`. */
export function failureCases({ expect, test, start }: GroupQueueCases): void {
  test('retries at the head, in place, and keeps what was completed', async () => {
    const batches: number[][] = [];
    const attempts: number[] = [];
    let failures = 2;
    const queue = await start((batch) => {
      batches.push(batch.jobs.map(sequenceOf));
      attempts.push(batch.attempt);
      const index = batch.jobs.findIndex((job) => sequenceOf(job) === 3);
      if (index >= 0 && failures-- > 0)
        return { completed: index, followUps: [], failure: { error: new Error('not yet') } };
      return done(batch);
    });
    await queue.stage([1, 2, 3, 4].map((sequence) => range(lane('a'), sequence)));
    await settled(queue);
    expect(batches).toEqual([
      [1, 2, 3, 4],
      [3, 4],
      [3, 4],
    ]);
    expect(attempts).toEqual([1, 2, 3]);
    expect(await queue.depth()).toMatchObject({ deadLetters: 0, parkedLanes: 0 });
  });

  test('finds the failing job of a batch whose handler does not say which, and puts only that one aside', async () => {
    const finished: number[] = [];
    const queue = await start((batch) => {
      if (batch.jobs.some((job) => sequenceOf(job) === 6)) throw new Error('one of them');
      finished.push(...batch.jobs.map(sequenceOf));
      return done(batch);
    });
    await queue.stage(Array.from({ length: 10 }, (_, index) => range(lane('a'), index + 1)));
    await settled(queue);
    expect(finished).toEqual([1, 2, 3, 4, 5, 7, 8, 9, 10]);
    expect(await queue.depth()).toMatchObject({ deadLetters: 1 });
  });

  test('counts the attempts anew of a job that has come forward without an end', async () => {
    const attempts: number[] = [];
    const queue = await start(
      (batch) => {
        attempts.push(batch.attempt);
        const advanced = attempts.length === 3;
        const failure = { error: new Error('not yet') };
        if (attempts.length === 5) return { completed: 0, followUps: [], advanced: true };
        return attempts.length === 7 ? done(batch) : { completed: 0, followUps: [], advanced, failure };
      },
      { policy: { maxAttempts: 3 } },
    );
    await queue.stage([range(lane('a'), 1)]);
    await settled(queue);
    expect(attempts).toEqual([1, 2, 3, 2, 3, 1, 2]);
    expect(await queue.depth()).toMatchObject({ deadLetters: 0 });
  });

  test('parks a lane at once when its handler says so, whatever the policy says', async () => {
    const seen: number[] = [];
    let isParked = true;
    const queue = await start((batch) => {
      seen.push(...batch.jobs.map(sequenceOf));
      if (!isParked) return done(batch);
      return { completed: 1, followUps: [], failure: { error: new Error('not without an operator'), park: true } };
    });
    await queue.stage([1, 2, 3].map((sequence) => range(lane('a'), sequence)));
    await eventually(async () => expect(await queue.depth()).toMatchObject({ jobs: 2, parkedJobs: 2, parkedLanes: 1 }));
    expect(seen).toEqual([1, 2, 3]);
    expect(await queue.control.parkedLanes()).toMatchObject([
      { lane: lane('a'), jobs: 2, attempts: 1, failures: [{ error: 'Error: not without an operator' }] },
    ]);
    isParked = false;
    expect(await queue.control.retryLane(lane('a'), { by: 'ann', reason: 'mended' })).toBe(true);
    await settled(queue);
    expect(seen).toEqual([1, 2, 3, 2, 3]);
  });

  test('parks a lane where its policy says so, and no other lane', async () => {
    const finished: string[] = [];
    const queue = await start(
      (batch) => {
        if (batch.lane.id === 'bad') throw new Error('poison');
        finished.push(batch.lane.id);
        return done(batch);
      },
      { policy: { whenExhausted: 'park', maxBatchJobs: 1 } },
    );
    await queue.stage([range(lane('bad'), 1), range(lane('bad'), 2), range(lane('good'), 1)]);
    await eventually(async () =>
      expect(await queue.depth()).toEqual({
        jobs: 2,
        parkedJobs: 2,
        delayedJobs: 0,
        running: 0,
        parkedLanes: 1,
        deadLetters: 0,
      }),
    );
    await queue.stage([range(lane('bad'), 3), range(lane('good'), 2)]);
    await eventually(() => expect(finished).toEqual(['good', 'good']));
    await eventually(async () => expect(await queue.depth()).toMatchObject({ jobs: 3, parkedJobs: 3, parkedLanes: 1 }));
  });

  test('burns no retries on a permanent error, and none on a store that is away', async () => {
    const attempts: Record<string, number> = {};
    const sizes = new Set<number>();
    const queue = await start((batch) => {
      const { id } = batch.lane;
      attempts[id] = (attempts[id] ?? 0) + 1;
      if (id === 'outage') sizes.add(batch.jobs.length);
      if (id === 'permanent') throw new PermanentError('never');
      if (attempts[id] <= 6) throw new StoreUnavailableError('away');
      return done(batch);
    });
    await queue.stage([range(lane('permanent'), 1), range(lane('outage'), 1), range(lane('outage'), 2)]);
    await settled(queue);
    expect(attempts).toEqual({ permanent: 1, outage: 7 });
    expect([...sizes]).toEqual([2]);
    expect(await queue.depth()).toMatchObject({ deadLetters: 1 });
  });

  test('stages follow-ups of what was completed, also when the rest failed', async () => {
    const seen: string[] = [];
    const queue = await start((batch) => {
      seen.push(...batch.jobs.map((job) => `${batch.lane.id}${sequenceOf(job)}`));
      if (batch.lane.id !== 'a') return done(batch);
      const followUps = [range(lane('b'), sequenceOf(batch.jobs[0]!))];
      return batch.jobs.length === 1
        ? { completed: 1, followUps }
        : { completed: 1, followUps, failure: { error: new PermanentError('no') } };
    });
    await queue.stage([range(lane('a'), 1), range(lane('a'), 2)]);
    await settled(queue);
    expect(seen).toEqual(['a1', 'a2', 'b1']);
  });

  test('aborts a handler that does not settle, through its signal, and retries', async () => {
    const reasons: unknown[] = [];
    const queue = await start(
      async (batch) => {
        if (batch.attempt > 1) return done(batch);
        return await new Promise<LaneOutcome>((_, reject) => {
          batch.abort.signal.addEventListener('abort', () => {
            reasons.push(batch.abort.signal.reason);
            reject(new Error('heard it'));
          });
        });
      },
      { policy: { timeoutMs: 20 } },
    );
    await queue.stage([range(lane('a'), 1)]);
    await settled(queue);
    expect(reasons).toEqual([expect.any(HandlerTimeoutError)]);
  });

  test('goes on after a handler that throws what is no error', async () => {
    let calls = 0;
    const queue = await start((batch) => {
      calls += 1;
      // oxlint-disable-next-line no-throw-literal -- user code may
      if (calls === 1) throw 'a string';
      return done(batch);
    });
    await queue.stage([range(lane('a'), 1)]);
    await settled(queue);
    expect(calls).toBe(2);
  });

  test.each([
    ['undefined', undefined],
    ['null', null],
    ['a string', 'a string'],
    ['what has no text', Object.create(null) as object],
  ])('retries, and does not acknowledge, when a handler fails with %s', async (_, reason) => {
    const batches: number[][] = [];
    const queue = await start((batch) => {
      batches.push(batch.jobs.map(sequenceOf));
      if (batches.length === 1) return Promise.reject(reason);
      if (batches.length === 2) return { completed: 0, followUps: [], failure: { error: reason } };
      return done(batch);
    });
    await queue.stage([range(lane('a'), 1)]);
    await settled(queue);
    expect(batches).toEqual([[1], [1], [1]]);
  });

  test('gives up a job that fails with what has no text, and goes on', async () => {
    const queue = await start(
      (batch) => (sequenceOf(batch.jobs[0]!) === 1 ? Promise.reject(Object.create(null)) : done(batch)),
      { policy: { maxBatchJobs: 1, maxAttempts: 1 } },
    );
    await queue.stage([range(lane('a'), 1), range(lane('a'), 2)]);
    await settled(queue);
    expect(await queue.depth()).toMatchObject({ deadLetters: 1 });
  });

  test('counts outages apart from attempts', async () => {
    const attempts: number[] = [];
    const queue = await start(
      (batch) => {
        attempts.push(batch.attempt);
        if (attempts.length <= 5) throw new StoreUnavailableError('away');
        if (attempts.length <= 7) throw new Error('hiccup');
        return done(batch);
      },
      { policy: { whenExhausted: 'park' } },
    );
    await queue.stage([range(lane('a'), 1)]);
    await settled(queue);
    expect(attempts).toEqual([1, 1, 1, 1, 1, 1, 2, 3]);
  });

  test('says which batches hold jobs that were handed out before, however they came back', async () => {
    const seen: [number[], boolean][] = [];
    const queue = await start((batch) => {
      seen.push([batch.jobs.map(sequenceOf), batch.redelivered]);
      if (seen.length === 1) throw new StoreUnavailableError('away');
      if (seen.length === 2) throw new Error('one of two');
      return done(batch);
    });
    await queue.stage([range(lane('a'), 1), range(lane('a'), 2)]);
    await settled(queue);
    await queue.stage([range(lane('a'), 3)]);
    await settled(queue);
    expect(seen).toEqual([
      [[1, 2], false],
      [[1, 2], true],
      [[1], true],
      [[2], true],
      [[3], false],
    ]);
  });

  test('leaves jobs that a handler did not come to at the head, as no failure', async () => {
    const seen: number[][] = [];
    const queue = await start((batch) => {
      seen.push(batch.jobs.map(sequenceOf));
      return { completed: 1, followUps: [] };
    });
    await queue.stage([1, 2, 3].map((sequence) => range(lane('a'), sequence)));
    await settled(queue);
    expect(seen).toEqual([[1, 2, 3], [2, 3], [3]]);
  });

  test('does not run a lane beside a handler that was aborted and has not ended yet', async () => {
    let running = 0;
    let most = 0;
    const queue = await start(
      async (batch) => {
        most = Math.max(most, (running += 1));
        if (!batch.redelivered) await delay(60);
        running -= 1;
        batch.abort.signal.throwIfAborted();
        return done(batch);
      },
      { policy: { timeoutMs: 20 } },
    );
    await queue.stage([range(lane('a'), 1)]);
    await settled(queue);
    expect(most).toBe(1);
  });

  test('counts what an aborted handler still achieved', async () => {
    let calls = 0;
    const queue = await start(
      async (batch) => {
        calls += 1;
        await delay(40);
        return done(batch);
      },
      { policy: { timeoutMs: 10 } },
    );
    await queue.stage([range(lane('a'), 1)]);
    await settled(queue);
    expect(calls).toBe(1);
  });
}
