import { beforeEach, describe, expect, it } from 'vitest';
import { ClosedError } from '../../../lib/errors/closed.error.js';
import { GroupCommitFullError } from '../../../lib/batching/group-commit-full.error.js';
import { GroupCommit, type GroupCommitOptions } from '../../../lib/batching/group-commit.js';

/** Time moves only when told to. */
class ManualClock {
  private time = 0;
  private readonly tasks = new Set<{ at: number; task: () => void }>();

  schedule(delayMs: number, task: () => void): () => void {
    const entry = { at: this.time + delayMs, task };
    this.tasks.add(entry);
    return () => this.tasks.delete(entry);
  }

  advance(ms: number): void {
    this.time += ms;
    for (const entry of [...this.tasks]) {
      if (entry.at > this.time) continue;
      this.tasks.delete(entry);
      entry.task();
    }
  }

  get pending(): number {
    return this.tasks.size;
  }
}

interface Flush {
  readonly items: readonly number[];
  readonly end: () => void;
  readonly fail: (error: unknown) => void;
}

let clock: ManualClock;
let flushes: Flush[];

function create(options: Partial<GroupCommitOptions<number>> = {}): GroupCommit<number> {
  return new GroupCommit<number>({
    clock,
    flush: (items) => new Promise((end, fail) => flushes.push({ items, end, fail })),
    ...options,
  });
}

/** Lets every promise that is already settled run its course. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

function batches(): readonly (readonly number[])[] {
  return flushes.map((flush) => flush.items);
}

beforeEach(() => {
  clock = new ManualClock();
  flushes = [];
});

describe('GroupCommit', () => {
  it('gathers what comes within maxDelayMs into one batch, in order', async () => {
    const group = create({ maxDelayMs: 5 });
    const added = [group.add(1), group.add(2)];
    clock.advance(4);
    added.push(group.add(3));
    expect(batches()).toEqual([]);
    clock.advance(1);
    expect(batches()).toEqual([[1, 2, 3]]);
    flushes[0]!.end();
    await Promise.all(added);
    expect(clock.pending).toBe(0);
  });

  it('resolves an add only after its own flush', async () => {
    const group = create({ maxRows: 1 });
    const settled: number[] = [];
    void group.add(1).then(() => settled.push(1));
    void group.add(2).then(() => settled.push(2));
    await settle();
    expect(settled).toEqual([]);
    flushes[1]!.end();
    await settle();
    expect(settled).toEqual([2]);
    flushes[0]!.end();
    await settle();
    expect(settled).toEqual([2, 1]);
  });

  it('sends a full batch at once, without waiting', async () => {
    const group = create({ maxRows: 3 });
    const added = [1, 2, 3, 4].map((item) => group.add(item));
    expect(batches()).toEqual([[1, 2, 3]]);
    clock.advance(5);
    expect(batches()).toEqual([[1, 2, 3], [4]]);
    for (const flush of flushes) flush.end();
    await Promise.all(added);
  });

  it('closes a batch before the item that would exceed maxBytes, and sends a larger one alone', async () => {
    const group = create({ maxBytes: 10, bytesOf: (item) => item, maxInFlight: 9 });
    const added = [4, 5, 6, 50, 1].map((item) => group.add(item));
    clock.advance(5);
    expect(batches()).toEqual([[4, 5], [6], [50], [1]]);
    for (const flush of flushes) flush.end();
    await Promise.all(added);
  });

  it('never runs more than maxInFlight flushes, and lets the next batch grow meanwhile', async () => {
    const group = create({ maxInFlight: 2, maxRows: 100 });
    const added = [group.add(1)];
    clock.advance(5);
    added.push(group.add(2));
    clock.advance(5);
    for (let item = 3; item <= 9; item += 1) {
      added.push(group.add(item));
      clock.advance(5);
    }
    expect(batches()).toEqual([[1], [2]]);
    flushes[0]!.end();
    await settle();
    expect(batches()).toEqual([[1], [2], [3, 4, 5, 6, 7, 8, 9]]);
    flushes[1]!.end();
    flushes[2]!.end();
    await Promise.all(added);
  });

  it('gives the error of a flush to all of its items and to no others', async () => {
    const group = create({ maxRows: 2 });
    const results = Promise.allSettled([1, 2, 3, 4].map((item) => group.add(item)));
    flushes[0]!.fail(new Error('no'));
    flushes[1]!.end();
    expect((await results).map((result) => result.status)).toEqual(['rejected', 'rejected', 'fulfilled', 'fulfilled']);
  });

  it('goes on after a failure', async () => {
    const group = create({ maxRows: 1, maxInFlight: 1 });
    const first = group.add(1);
    const second = group.add(2);
    flushes[0]!.fail(new Error('no'));
    await expect(first).rejects.toThrow('no');
    flushes[1]!.end();
    await second;
  });

  it('splits a batch that failed for good, so that one bad item fails alone', async () => {
    const bad = new Error('bad');
    const written: number[] = [];
    const group = create({
      flush: async (items) => {
        if (items.includes(3)) throw bad;
        written.push(...items);
      },
      splitOn: (error) => error === bad,
    });
    const results = Promise.allSettled([1, 2, 3, 4, 5].map((item) => group.add(item)));
    clock.advance(5);
    expect((await results).map((result) => result.status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
    ]);
    expect(written).toEqual([1, 2, 4, 5]);
  });

  it('does not split on other errors', async () => {
    let calls = 0;
    const group = create({
      flush: () => {
        calls += 1;
        return Promise.reject(new Error('away'));
      },
      splitOn: () => false,
    });
    const results = Promise.allSettled([group.add(1), group.add(2)]);
    clock.advance(5);
    expect((await results).map((result) => result.status)).toEqual(['rejected', 'rejected']);
    expect(calls).toBe(1);
  });

  it('refuses more rows than the queue may hold, and takes them again when there is room', async () => {
    const group = create({ maxRows: 1, maxInFlight: 1, maxQueuedRows: 2 });
    const added = [group.add(1), group.add(2), group.add(3)];
    await expect(group.add(4)).rejects.toBeInstanceOf(GroupCommitFullError);
    flushes[0]!.end();
    await settle();
    added.push(group.add(5));
    await expect(group.add(6)).rejects.toBeInstanceOf(GroupCommitFullError);
    for (const index of [1, 2, 3]) {
      flushes[index]!.end();
      await settle();
    }
    await Promise.all(added);
    expect(batches()).toEqual([[1], [2], [3], [5]]);
  });

  it('refuses more bytes than the queue may hold, but takes a larger item when nothing waits', async () => {
    const group = create({ bytesOf: (item) => item, maxInFlight: 1, maxQueuedBytes: 10, maxBytes: 100 });
    const first = group.add(50);
    await expect(group.add(1)).rejects.toBeInstanceOf(GroupCommitFullError);
    clock.advance(5);
    const second = group.add(10);
    await expect(group.add(1)).rejects.toBeInstanceOf(GroupCommitFullError);
    flushes[0]!.end();
    await first;
    await settle();
    clock.advance(5);
    flushes[1]!.end();
    await second;
  });

  it('writes what is queued when it closes, at once, and accepts nothing more', async () => {
    const group = create({ maxRows: 2, maxInFlight: 1 });
    const added = [1, 2, 3].map((item) => group.add(item));
    let closed = false;
    const closing = group.close({ timeoutMs: 1_000 }).then(() => (closed = true));
    await expect(group.add(4)).rejects.toBeInstanceOf(ClosedError);
    flushes[0]!.end();
    await settle();
    expect(batches()).toEqual([[1, 2], [3]]);
    expect(closed).toBe(false);
    flushes[1]!.end();
    await Promise.all([...added, closing]);
    expect(clock.pending).toBe(0);
  });

  it('stops waiting when the time to close is over: what was not begun is refused', async () => {
    const group = create({ maxRows: 1, maxInFlight: 1 });
    const first = group.add(1);
    const second = group.add(2);
    const closing = group.close({ timeoutMs: 1_000 });
    clock.advance(1_000);
    await closing;
    await expect(second).rejects.toBeInstanceOf(ClosedError);
    flushes[0]!.end();
    await first;
    expect(batches()).toEqual([[1]]);
  });

  it('closes at once when nothing is to do', async () => {
    await create().close({ timeoutMs: 1_000 });
    expect(clock.pending).toBe(0);
  });
});
