import fc from 'fast-check';
import type { ReadOptions } from '../../../event-store/read-options.js';
import type { StreamId } from '../../../event-store/stream-id.js';
import type { NewEvent } from '../../../events/new-event.js';
import type { RecordedEvent } from '../../../events/recorded-event.js';
import { collect } from '../collect.js';
import { ItemAdded, ItemRemoved, Noted } from '../contract-events.js';
import { readWithinLoops } from '../read-within-loops.js';
import { items, LONG_AGO, newStream, sequences, storedItems, upTo } from './event-store-cases.js';
import type { EventStoreCases } from './event-store-cases.js';

const ADDED = 'contract.item_added';
const REMOVED = 'contract.item_removed';
const NOTED = 'contract.noted';

/** More appends than a clock can fail to tick within. */
const MAX_APPENDS_PER_TICK = 100_000;

export function readCases({ expect, test, store, log }: EventStoreCases): void {
  /** Twelve events: added, removed, noted, added … */
  async function mixedStream(): Promise<StreamId> {
    const stream = newStream();
    const events = upTo(12).map((n): NewEvent => {
      const data = [new ItemAdded(`${n}`), new ItemRemoved(`${n}`), new Noted(n)][(n - 1) % 3]!;
      return { data };
    });
    await store().append(stream, events);
    return stream;
  }

  async function read(stream: StreamId, options?: ReadOptions): Promise<number[]> {
    return sequences(await collect(store().read(stream, options)));
  }

  test('gives nothing for a stream without events', async () => {
    const stream = newStream();
    expect(await read(stream)).toEqual([]);
    expect(await read(stream, { direction: 'backwards', from: 3 })).toEqual([]);
    expect(await store().head(stream)).toBe(0);
  });

  test('reads forwards and backwards', async () => {
    const stream = await mixedStream();
    expect(await read(stream)).toEqual(upTo(12));
    expect(await read(stream, { direction: 'forwards' })).toEqual(upTo(12));
    expect(await read(stream, { direction: 'backwards' })).toEqual(upTo(12).reverse());
  });

  test('reads from and to a sequence, both inclusive, in both directions', async () => {
    const stream = await mixedStream();
    expect(await read(stream, { from: 4 })).toEqual(upTo(12, 4));
    expect(await read(stream, { to: 4 })).toEqual(upTo(4));
    expect(await read(stream, { from: 4, to: 6 })).toEqual([4, 5, 6]);
    expect(await read(stream, { from: 4, to: 6, direction: 'backwards' })).toEqual([6, 5, 4]);
    expect(await read(stream, { from: 5, to: 5 })).toEqual([5]);
    expect(await read(stream, { from: 6, to: 5 })).toEqual([]);
    expect(await read(stream, { to: 0 })).toEqual([]);
    expect(await read(stream, { from: 13 })).toEqual([]);
    expect(await read(stream, { from: 11, to: 99 })).toEqual([11, 12]);
    expect(await read(stream, { to: Number.MAX_SAFE_INTEGER })).toEqual(upTo(12));
  });

  test('reads at most as many as asked for, from the end that it begins at', async () => {
    const stream = await mixedStream();
    expect(await read(stream, { limit: 2 })).toEqual([1, 2]);
    expect(await read(stream, { limit: 2, direction: 'backwards' })).toEqual([12, 11]);
    expect(await read(stream, { from: 3, limit: 1 })).toEqual([3]);
    expect(await read(stream, { limit: 99 })).toEqual(upTo(12));
  });

  test('reads the asked types only, and counts only them', async () => {
    const stream = await mixedStream();
    expect(await read(stream, { types: [ADDED] })).toEqual([1, 4, 7, 10]);
    expect(await read(stream, { types: [REMOVED, NOTED], limit: 3 })).toEqual([2, 3, 5]);
    expect(await read(stream, { types: [NOTED], direction: 'backwards', limit: 2 })).toEqual([12, 9]);
    expect(await read(stream, { types: ['unheard of'] })).toEqual([]);
    expect(await read(stream, { types: [] })).toEqual([]);
  });

  test('reads what was recorded up to a time, inclusive', async () => {
    const stream = newStream();
    const { events } = await store().append(stream, items(2));
    const until = events[1]!.recordedAt;
    for (let n = 0; n < MAX_APPENDS_PER_TICK; n++) {
      const next = await store().append(stream, items(1));
      if (next.events[0]!.recordedAt.getTime() > until.getTime()) break;
    }
    const log = await collect(store().read(stream));
    const early = sequences(log.filter(({ recordedAt }) => recordedAt.getTime() <= until.getTime()));
    expect(early.length).toBeLessThan(log.length);
    expect(early.length).toBeGreaterThanOrEqual(2);
    expect(await read(stream, { until })).toEqual(early);
    expect(await read(stream, { until, direction: 'backwards', limit: 1 })).toEqual(early.slice(-1));
    expect(await read(stream, { until: new Date(events[0]!.recordedAt.getTime() - 1) })).toEqual([]);
    expect(await read(stream, { until: new Date('2199-01-01') })).toEqual(sequences(log));
  });

  test('reads what was recorded since a time, inclusive, and between two', async () => {
    const stream = newStream();
    await log().restore(stream, storedItems(stream, upTo(6)));
    const at = (n: number): Date => new Date(LONG_AGO + n);
    expect(await read(stream, { since: at(4) })).toEqual([4, 5, 6]);
    expect(await read(stream, { since: at(4), direction: 'backwards', limit: 2 })).toEqual([6, 5]);
    expect(await read(stream, { since: at(2), until: at(4) })).toEqual([2, 3, 4]);
    expect(await read(stream, { since: at(2), until: at(4), from: 3, limit: 1 })).toEqual([3]);
    expect(await read(stream, { since: at(5), until: at(3) })).toEqual([]);
    expect(await read(stream, { since: at(7) })).toEqual([]);
    expect(await read(stream, { since: new Date(-8.64e15) })).toEqual(upTo(6));
    expect(await read(stream, { since: new Date(8.64e15) })).toEqual([]);
    expect(await read(stream, { until: new Date(8.64e15) })).toEqual(upTo(6));
    expect(await read(stream, { until: new Date(-8.64e15) })).toEqual([]);
  });

  test('combines all options as a filter of the whole stream would', async () => {
    const stream = await mixedStream();
    const all = await collect(store().read(stream));
    await fc.assert(
      fc.asyncProperty(
        fc.record(
          {
            from: fc.integer({ min: 1, max: 14 }),
            to: fc.integer({ min: 0, max: 14 }),
            limit: fc.integer({ min: 1, max: 13 }),
            direction: fc.constantFrom('forwards' as const, 'backwards' as const),
            types: fc.subarray([ADDED, REMOVED, NOTED]),
          },
          { requiredKeys: [] },
        ),
        async (options) => {
          expect(await collect(store().read(stream, options))).toEqual(select(all, options));
        },
      ),
      { numRuns: 60 },
    );
  });

  test('reads a long stream in order', async () => {
    const stream = newStream();
    for (let n = 0; n < 3; n++) await store().append(stream, items(2_000));
    expect(await read(stream)).toEqual(upTo(6_000));
    expect(await read(stream, { direction: 'backwards', limit: 5_999 })).toEqual(upTo(6_000, 2).reverse());
  });

  test('can be left early, again and again, and read from many times at once', async () => {
    const stream = newStream();
    await store().append(stream, items(500));
    for (let n = 0; n < 40; n++) {
      const seen: number[] = [];
      for await (const event of store().read(stream)) {
        seen.push(event.sequence);
        if (seen.length === 3) break;
      }
      expect(seen).toEqual([1, 2, 3]);
    }
    const counts = await Promise.all(upTo(20).map(async () => (await read(stream)).length));
    expect(new Set(counts)).toEqual(new Set([500]));
  });

  test('lets loops read whose reads are not over, however many', async () => {
    const stream = newStream();
    await store().append(stream, items(3));
    const found = await readWithinLoops(
      (nth) => (nth % 2 === 0 ? store().read(stream) : store().readEach([{ ...stream, sequence: 1 }])),
      () => read(stream),
    );
    expect(found).toEqual(found.map(() => upTo(3)));
  });

  test('can be left by an error in the loop', async () => {
    const stream = newStream();
    await store().append(stream, items(50));
    const failing = async (): Promise<void> => {
      for await (const event of store().read(stream)) if (event.sequence === 2) throw new Error('enough');
    };
    await expect(failing()).rejects.toThrow('enough');
    expect(await read(stream, { limit: 1 })).toEqual([1]);
  });
}

/** The same options applied to all events of the stream. */
function select(all: readonly RecordedEvent[], options: ReadOptions): RecordedEvent[] {
  const { from = 1, to = Infinity, types, limit = Infinity, direction } = options;
  const chosen = all.filter(
    ({ sequence, type }) => sequence >= from && sequence <= to && (types === undefined || types.includes(type)),
  );
  return (direction === 'backwards' ? chosen.reverse() : chosen).slice(0, limit);
}
