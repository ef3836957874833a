import fc from 'fast-check';
import { InvalidArgumentError } from '../../../errors/invalid-argument.error.js';
import { PermanentError } from '../../../errors/permanent.error.js';
import type { OperatorNote } from '../../../queue/queue-control.js';
import { InvalidTenantError } from '../../../tenancy/invalid-tenant.error.js';
import { eventually } from '../eventually.js';
import { gate, type Gate } from '../gate.js';
import { done, type GroupQueueCases, type Handle, lane, range, sequenceOf, settled } from './group-queue-cases.js';

/** Far longer than a case: whoever waits for its end fails. */
const LONG_MS = 60_000;
const SHORT_MS = 30;
const note: OperatorNote = { by: 'ann', reason: 'looked at it' };
const one = { policy: { maxBatchJobs: 1 } };
const of = lane('a');

/** Each job waits for the gate of its sequence. */
function gated(sequences: readonly number[]): { readonly gates: ReadonlyMap<number, Gate>; readonly handle: Handle } {
  const gates = new Map(sequences.map((sequence) => [sequence, gate()]));
  return {
    gates,
    handle: async (batch) => {
      await gates.get(sequenceOf(batch.jobs[0]!))?.opened;
      return done(batch);
    },
  };
}

/** See `groupQueueSuite`. */
export function barrierCases({ expect, test, open, start }: GroupQueueCases): void {
  test('is passed at once where nothing stands', async () => {
    const queue = await start(done);
    expect(await queue.awaitLane(of, LONG_MS)).toBe(true);
    await queue.stage([range(of, 1)]);
    await settled(queue);
    expect(await queue.awaitLane(of, LONG_MS)).toBe(true);
  });

  test('is passed when all that stood there has left, and not before, whatever came behind it', async () => {
    const { gates, handle } = gated([1, 2, 3]);
    const queue = await start(handle, one);
    await queue.stage([range(of, 1), range(of, 2)]);
    const passed: string[] = [];
    const two = queue.awaitLane(of, LONG_MS).then((value) => passed.push(`two ${value}`));
    // Placed before the third comes.
    expect(await queue.awaitLane(of, SHORT_MS)).toBe(false);
    await queue.stage([range(of, 3)]);
    const three = queue.awaitLane(of, LONG_MS).then((value) => passed.push(`three ${value}`));
    gates.get(1)!.open();
    await eventually(async () => expect(await queue.control.inspect(of)).toMatchObject({ size: 2 }));
    expect(passed).toEqual([]);
    gates.get(2)!.open();
    await two;
    expect(passed).toEqual(['two true']);
    gates.get(3)!.open();
    await three;
    expect(passed).toEqual(['two true', 'three true']);
  });

  test('waits for its own lane only', async () => {
    const { gates, handle } = gated([1]);
    const queue = await start(handle);
    const others = [lane('b'), lane('a', 'map'), lane('a', 'fold', 'other'), { ...of, aggregateType: 'u' }];
    await queue.stage([range(of, 1)]);
    for (const other of others) expect(await queue.awaitLane(other, LONG_MS)).toBe(true);
    expect(await queue.awaitLane(of, SHORT_MS)).toBe(false);
    gates.get(1)!.open();
    expect(await queue.awaitLane(of, LONG_MS)).toBe(true);
  });

  test('waits while a job is tried again, and is passed when it is put aside', async () => {
    let attempts = 0;
    const queue = await start(() => {
      attempts += 1;
      throw new Error('no');
    }, one);
    await queue.stage([range(of, 1)]);
    expect(await queue.awaitLane(of, LONG_MS)).toBe(true);
    expect(attempts).toBe(3);
    expect(await queue.depth()).toMatchObject({ jobs: 0, deadLetters: 1 });
  });

  test.each([['retryLane'], ['skipJob'], ['discardJob']])(
    'waits behind a parked lane until an operator lets it go on: %s',
    async (action) => {
      const poison = new Set([1]);
      const queue = await start(
        (batch) => {
          if (poison.has(sequenceOf(batch.jobs[0]!))) throw new PermanentError('poison');
          return done(batch);
        },
        { policy: { maxBatchJobs: 1, whenExhausted: 'park' } },
      );
      await queue.stage([range(of, 1), range(of, 2)]);
      await eventually(async () => expect(await queue.depth()).toMatchObject({ parkedLanes: 1, running: 0 }));
      for (let time = 0; time < 3; time += 1) expect(await queue.awaitLane(of, SHORT_MS)).toBe(false);
      // Nothing of those who waited is left in the lane.
      expect(await queue.depth()).toMatchObject({ jobs: 2, parkedJobs: 2 });
      const waiting = queue.awaitLane(of, LONG_MS);
      poison.clear();
      expect(await queue.control[action](of, note)).toBe(true);
      expect(await waiting).toBe(true);
      expect(await queue.depth()).toMatchObject({ jobs: 0 });
    },
  );

  test('waits while the lane is paused, and while nobody consumes', async () => {
    const paused = await start(done);
    await paused.control.pause({ tenantId: of.tenantId }, note);
    await paused.stage([range(of, 1)]);
    expect(await paused.awaitLane(of, SHORT_MS)).toBe(false);
    const waiting = paused.awaitLane(of, LONG_MS);
    await paused.control.resume({ tenantId: of.tenantId }, note);
    expect(await waiting).toBe(true);
    const unconsumed = await open({}, 'unconsumed');
    await unconsumed.stage([range(of, 1)]);
    expect(await unconsumed.awaitLane(of, SHORT_MS)).toBe(false);
  });

  test('is passed when the tenant is forgotten', async () => {
    const queue = await open();
    await queue.stage([range(of, 1), range(of, 2)]);
    const waiting = queue.awaitLane(of, LONG_MS);
    expect(await queue.awaitLane(of, SHORT_MS)).toBe(false);
    await queue.forget(of.tenantId);
    expect(await waiting).toBe(true);
  });

  test('bears many who wait for many lanes at once', async () => {
    const { gates, handle } = gated([1]);
    const queue = await start(handle);
    const lanes = Array.from({ length: 300 }, (_, index) => lane(`l${index}`));
    await queue.stage(lanes.map((one) => range(one, 1)));
    const waiting = lanes.flatMap((one) => [1, 2, 3].map(() => queue.awaitLane(one, LONG_MS)));
    expect(await queue.awaitLane(lanes[0]!, SHORT_MS)).toBe(false);
    gates.get(1)!.open();
    expect(new Set(await Promise.all(waiting))).toEqual(new Set([true]));
    await settled(queue);
  });

  test('never passes before what was staged before it has left, in any interleaving', async () => {
    const step = fc.record({ lane: fc.nat(2), jobs: fc.nat(3), wait: fc.boolean(), pause: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), fc.nat(), async (steps, salt) => {
        const handled = new Map<string, number>();
        const queue = await start(
          (batch) => {
            const jobs = 1 + ((salt + batch.jobs.length) % batch.jobs.length);
            for (const job of batch.jobs.slice(0, jobs)) handled.set(batch.lane.id, sequenceOf(job));
            return { completed: jobs, followUps: [] };
          },
          { policy: { maxBatchJobs: 3 }, apart: crypto.randomUUID() },
        );
        const staged = new Map<string, number>();
        const waits: Promise<void>[] = [];
        for (const { lane: index, jobs, wait, pause } of steps) {
          const target = lane(`p${index}`);
          const from = staged.get(target.id) ?? 0;
          staged.set(target.id, from + jobs);
          await queue.stage(Array.from({ length: jobs }, (_, n) => range(target, from + n + 1)));
          if (wait) {
            const waiting = queue.awaitLane(target, LONG_MS).then((passed) => {
              expect(passed).toBe(true);
              expect(handled.get(target.id) ?? 0).toBeGreaterThanOrEqual(from + jobs);
            });
            waits.push(waiting);
          }
          if (pause) await new Promise(setImmediate);
        }
        await Promise.all(waits);
        await queue.drain();
      }),
      { numRuns: 25 },
    );
  });

  test('refuses what is no lane', async () => {
    const queue = await open();
    await expect(queue.awaitLane({ ...of, tenantId: '' as never }, 1)).rejects.toBeInstanceOf(InvalidTenantError);
    await expect(queue.awaitLane(undefined as never, 1)).rejects.toBeInstanceOf(InvalidTenantError);
    await expect(queue.awaitLane({ ...of, id: 'a\u0000' }, 1)).rejects.toBeInstanceOf(InvalidArgumentError);
    await expect(queue.awaitLane({ ...of, component: '' }, 1)).rejects.toBeInstanceOf(InvalidArgumentError);
  });

  test('lets those go who wait when it has ended', async () => {
    const queue = await open({ drainTimeoutMs: 50 });
    await queue.stage([range(of, 1)]);
    const waiting = queue.awaitLane(of, LONG_MS);
    expect(await queue.awaitLane(of, SHORT_MS)).toBe(false);
    await queue.drain();
    expect(await waiting).toBe(false);
    expect(await queue.awaitLane(of, LONG_MS)).toBe(false);
  });
}
