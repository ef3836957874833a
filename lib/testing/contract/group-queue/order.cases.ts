import { AsyncLocalStorage } from 'node:async_hooks';
import { eventually } from '../eventually.js';
import { type GroupQueueCases, command, done, lane, range, sequenceOf, settled } from './group-queue-cases.js';

const context = new AsyncLocalStorage<string>();

/** See `groupQueueSuite`. */
export function orderCases({ expect, test, start }: GroupQueueCases): void {
  test('runs a lane in the order of staging, one batch at a time, and lanes in parallel', async () => {
    const seen = new Map<string, number[]>();
    const running = new Set<string>();
    let most = 0;
    const queue = await start(async (batch) => {
      const { id } = batch.lane;
      expect(running.has(id)).toBe(false);
      running.add(id);
      most = Math.max(most, running.size);
      await new Promise((resolve) => setImmediate(resolve));
      seen.set(id, [...(seen.get(id) ?? []), ...batch.jobs.map(sequenceOf)]);
      running.delete(id);
      return done(batch);
    });
    for (let sequence = 1; sequence <= 100; sequence += 1) {
      await queue.stage(['a', 'b', 'c'].map((id) => range(lane(id), sequence)));
    }
    await settled(queue);
    const all = Array.from({ length: 100 }, (_, index) => index + 1);
    expect(Object.fromEntries(seen)).toEqual({ a: all, b: all, c: all });
    expect(most).toBeGreaterThan(1);
  });

  test('bounds batches and concurrency', async () => {
    const sizes: number[] = [];
    let running = 0;
    let most = 0;
    const queue = await start(
      async (batch) => {
        running += 1;
        most = Math.max(most, running);
        sizes.push(batch.jobs.length);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        return done(batch);
      },
      { policy: { maxBatchJobs: 7 }, limits: { concurrency: 2 } },
    );
    for (const id of ['a', 'b', 'c', 'd']) {
      await queue.stage(Array.from({ length: 30 }, (_, index) => range(lane(id), index + 1)));
    }
    await settled(queue);
    expect(Math.max(...sizes)).toBe(7);
    expect(most).toBe(2);
  });

  test('keeps lanes apart whose parts would be one when joined', async () => {
    const seen: string[] = [];
    const queue = await start((batch) => {
      seen.push(`${batch.lane.tenantId}|${batch.lane.id}|${batch.jobs.length}`);
      return done(batch);
    });
    await queue.stage([
      range(lane('c', 'fold', 'a:b'), 1),
      range(lane('b:c', 'fold', 'a'), 1),
      range(lane('{x}', 'fold', 'a'), 1),
    ]);
    await settled(queue);
    expect(seen.toSorted()).toEqual(['a:b|c|1', 'a|b:c|1', 'a|{x}|1']);
  });

  test('serves another tenant first when one has flooded the queue', async () => {
    const order: string[] = [];
    const queue = await start(
      async (batch) => {
        order.push(batch.lane.tenantId);
        await new Promise((resolve) => setImmediate(resolve));
        return done(batch);
      },
      { limits: { concurrency: 1 } },
    );
    await queue.stage(Array.from({ length: 200 }, (_, index) => range(lane(`l${index}`, 'fold', 'flood'), 1)));
    await queue.stage([range(lane('l', 'fold', 'quiet'), 1)]);
    await settled(queue);
    expect(order.indexOf('quiet')).toBeLessThan(5);
  });

  test('runs handlers outside of the context of whoever stages or finishes something', async () => {
    const seen: (string | undefined)[] = [];
    const queue = await start((batch) => {
      seen.push(context.getStore());
      return context.run('a handler', async () => ({
        ...(await done(batch)),
        followUps: batch.lane.id === 'a' ? [range(lane('b'), 1)] : [],
      }));
    });
    await context.run('a request', () => queue.stage([range(lane('a'), 1)]));
    await settled(queue);
    await context.run('another', () =>
      queue.stage([{ ...range(lane('k'), 1), debounce: { delayMs: 5, maxWaitMs: 5, source: 'x', rank: 1 } }]),
    );
    await settled(queue);
    expect(seen).toEqual([undefined, undefined, undefined]);
  });

  test('acknowledges no more than it handed out, whatever a handler says', async () => {
    const seen: number[] = [];
    const queue = await start(async (batch) => {
      seen.push(...batch.jobs.map(sequenceOf));
      if (seen.length === 1) await queue.stage([range(lane('a'), 2)]);
      return { ...(await done(batch)), completed: 5 };
    });
    await queue.stage([range(lane('a'), 1)]);
    await settled(queue);
    expect(seen).toEqual([1, 2]);
  });

  test('keeps room for commands while all others wait for one', async () => {
    let handled = 0;
    const queue = await start(
      async (batch) => {
        if (batch.lane.kind === 'command') {
          handled += 1;
        } else {
          await queue.stage([command(lane(batch.lane.id, 'command'), '1')]);
          await eventually(() => expect(handled).toBe(2));
        }
        return done(batch);
      },
      { limits: { concurrency: 2, commandConcurrency: 1 } },
    );
    await queue.stage([range(lane('a'), 1), range(lane('b'), 1)]);
    await settled(queue);
  });
}
