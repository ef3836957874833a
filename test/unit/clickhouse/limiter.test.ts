import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ClosedError } from '../../../lib/errors/closed.error.js';
import { ClickHouseBusyError } from '../../../lib/clickhouse/clickhouse-busy.error.js';
import { Limiter } from '../../../lib/clickhouse/limiter.js';

const create = (maxActive: number, maxWaiting = 10) =>
  new Limiter({ what: 'statements', maxActive, maxWaiting, maxWaitMs: 100 });

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('Limiter', () => {
  it('lets in maxActive, and the others in the order of their coming', async () => {
    const limiter = create(2);
    const order: number[] = [];
    const leaves: (() => void)[] = [];
    const enter = async (id: number) => {
      leaves[id] = await limiter.enter();
      order.push(id);
    };
    const all = [0, 1, 2, 3].map(enter);
    await Promise.all(all.slice(0, 2));
    expect(order).toEqual([0, 1]);
    leaves[1]!();
    await all[2];
    leaves[0]!();
    await all[3];
    expect(order).toEqual([0, 1, 2, 3]);
  });

  it('lets the steps of a walk in before the others, in the order of their coming', async () => {
    const limiter = create(1);
    const order: string[] = [];
    const enter = async (name: string, isWalk: boolean) => {
      const leave = await limiter.enter(isWalk);
      order.push(name);
      leave();
    };
    const leave = await limiter.enter();
    const all = [enter('a', false), enter('b', false), enter('w1', true), enter('w2', true)];
    leave();
    await Promise.all(all);
    expect(order).toEqual(['w1', 'w2', 'a', 'b']);
  });

  it('gives a place back once, however often it is left', async () => {
    const limiter = create(1);
    const leave = await limiter.enter();
    leave();
    leave();
    await limiter.enter();
    const third = limiter.enter();
    const refused = expect(third).rejects.toBeInstanceOf(ClickHouseBusyError);
    await vi.advanceTimersByTimeAsync(100);
    await refused;
  });

  it('bounds the wait, and who gave up takes no place', async () => {
    const limiter = create(1);
    const leave = await limiter.enter();
    const refused = expect(limiter.enter()).rejects.toMatchObject({ code: 'CLICKHOUSE_BUSY', kind: 'transient' });
    await vi.advanceTimersByTimeAsync(100);
    await refused;
    leave();
    await limiter.enter();
  });

  it('bounds the number of those who wait', async () => {
    const limiter = create(1, 1);
    await limiter.enter();
    const waiting = limiter.enter();
    await expect(limiter.enter()).rejects.toBeInstanceOf(ClickHouseBusyError);
    const closed = expect(waiting).rejects.toBeInstanceOf(ClosedError);
    await Promise.all([closed, limiter.close(0), vi.advanceTimersByTimeAsync(0)]);
  });

  it('closes when the last one has left, and refuses whoever waits or comes', async () => {
    const limiter = create(1);
    const leave = await limiter.enter();
    const waiting = expect(limiter.enter()).rejects.toBeInstanceOf(ClosedError);
    let closed = false;
    const closing = limiter.close(1_000).then(() => (closed = true));
    await waiting;
    await expect(limiter.enter()).rejects.toBeInstanceOf(ClosedError);
    expect(closed).toBe(false);
    leave();
    await closing;
  });

  it('does not wait longer than told when it closes', async () => {
    const limiter = create(1);
    await limiter.enter();
    const closing = limiter.close(1_000);
    await vi.advanceTimersByTimeAsync(1_000);
    await closing;
  });
});
