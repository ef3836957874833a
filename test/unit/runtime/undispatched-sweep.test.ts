import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EventStore } from '../../../lib/event-store/event-store.js';
import { UndispatchedList } from '../../../lib/event-store/undispatched-list.js';
import type { DispatchedRange } from '../../../lib/event-store/undispatched-stream.js';
import { UndispatchedSweep } from '../../../lib/runtime/undispatched-sweep.js';
import { createTenantId } from '../../../lib/tenancy/create-tenant-id.js';

const AGE_MS = 1_000;
const NOW_MS = 10_000;
const tenantId = createTenantId('acme');
const stream = (aggregateId: string) => ({ tenantId, aggregateType: 't', aggregateId });
const { signal } = new AbortController();

let list: UndispatchedList;
let heads: Map<string, number>;
let staged: string[];
let stageFails: boolean;
let isComplete: boolean;
let queries: number;
let sweep: UndispatchedSweep;
let log: ReturnType<typeof vi.spyOn>;

beforeEach(() => {
  list = new UndispatchedList();
  heads = new Map();
  staged = [];
  stageFails = false;
  isComplete = true;
  queries = 0;
  log = vi.spyOn(Logger.prototype, 'log').mockReturnValue(undefined);
  const store = {
    undispatched: async (query) => {
      queries += 1;
      return list.find(query, NOW_MS);
    },
    dispatched: async (ranges) => ranges.forEach((range) => list.strike(range)),
    head: async ({ aggregateId }) => {
      queries += 1;
      return heads.get(aggregateId) ?? 0;
    },
  } satisfies Partial<EventStore> as unknown as EventStore;
  const stage = async (ranges: readonly DispatchedRange[]): Promise<boolean> => {
    if (stageFails) throw new Error('away');
    staged.push(...ranges.map(({ stream: { aggregateId }, from, to }) => `${aggregateId} ${from}-${to}`));
    return isComplete;
  };
  sweep = new UndispatchedSweep(store, { stage }, AGE_MS);
});
afterEach(() => vi.restoreAllMocks());

/** An append that its process has forgotten, of which so much is in the log. */
function noted(aggregateId: string, from: number, to: number, head = to): void {
  list.note(stream(aggregateId), from, to, 0);
  heads.set(aggregateId, head);
}

const left = (): readonly string[] =>
  list
    .find({ olderThanMs: 0, limit: 100_000 }, NOW_MS)
    .map(({ stream: { aggregateId }, from, to }) => `${aggregateId} ${from}-${to}`);

describe('UndispatchedSweep', () => {
  it('asks once and says nothing where there is nothing', async () => {
    await sweep.run(signal);
    expect({ queries, staged }).toEqual({ queries: 1, staged: [] });
    expect(log).not.toHaveBeenCalled();
  });

  it('stages and strikes what is old, and leaves what is young to its process', async () => {
    noted('old', 3, 5);
    list.note(stream('young'), 1, 1, NOW_MS - AGE_MS + 1);
    await sweep.run(signal);
    expect(staged).toEqual(['old 3-5']);
    expect(left()).toEqual(['young 1-1']);
    expect(log).toHaveBeenCalledWith({ message: expect.any(String), streams: 1 });
  });

  it('never stages what is noted and not in the log, since a fold would count it as covered', async () => {
    noted('none', 5, 7, 4);
    noted('some', 5, 7, 6);
    await sweep.run(signal);
    expect(staged).toEqual(['some 5-6']);
    expect(left()).toEqual(['none 5-7', 'some 7-7']);
    expect(queries).toBe(3);
  });

  it('strikes nothing that could not be staged', async () => {
    noted('a', 1, 1);
    stageFails = true;
    await expect(sweep.run(signal)).rejects.toThrow('away');
    expect(left()).toEqual(['a 1-1']);
  });

  it('strikes nothing that others must stage too, and does not go on', async () => {
    for (let n = 0; n < 600; n += 1) noted(`a${n}`, 1, 1);
    isComplete = false;
    await sweep.run(signal);
    expect([staged.length, left().length]).toEqual([500, 600]);
    expect(log).not.toHaveBeenCalled();
  });

  it('takes many in pages, so many in a run, and the rest in the next one', async () => {
    for (let n = 0; n < 12_000; n += 1) noted(`a${n}`, 1, 1);
    await sweep.run(signal);
    expect([staged.length, left().length]).toEqual([10_000, 2_000]);
    await sweep.run(signal);
    expect([staged.length, left().length]).toEqual([12_000, 0]);
  });

  it('stops between pages when its signal says so', async () => {
    for (let n = 0; n < 600; n += 1) noted(`a${n}`, 1, 1);
    await expect(sweep.run(AbortSignal.abort(new Error('stop')))).rejects.toThrow('stop');
    expect(staged).toEqual([]);
  });
});
