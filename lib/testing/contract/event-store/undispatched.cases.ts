import type { StreamId } from '../../../event-store/stream-id.js';
import { WrongExpectedSequenceError } from '../../../event-store/wrong-expected-sequence.error.js';
import { expectInvalid, expectRefused } from '../expect-refused.js';
import { items, newStream, upTo } from './event-store-cases.js';
import type { EventStoreCases } from './event-store-cases.js';

const ALL = { olderThanMs: 0, limit: 10_000 };
/** How far the store's clock may be from the test's. */
const CLOCK_TOLERANCE_MS = 5_000;

export function undispatchedCases({ expect, test, store, log }: EventStoreCases): void {
  /** The ranges noted of some streams, in their order. */
  async function noted(...streams: StreamId[]): Promise<(readonly [number, number] | undefined)[]> {
    const list = await store().undispatched(ALL);
    return streams.map((stream) => {
      const found = list.find((one) => one.stream.tenantId === stream.tenantId);
      if (found) expect(found.stream).toEqual(stream);
      return found && [found.from, found.to];
    });
  }

  test('notes every append until it was dispatched', async () => {
    const [one, other] = [newStream(), newStream()];
    const before = Date.now();
    await store().append(one, items(2));
    await store().append(one, items(1));
    await store().append(other, items(1));
    expect(await noted(one, other)).toEqual([
      [1, 3],
      [1, 1],
    ]);
    const found = (await store().undispatched(ALL)).find(({ stream }) => stream.tenantId === one.tenantId)!;
    expect(Math.abs(found.since.getTime() - before)).toBeLessThan(CLOCK_TOLERANCE_MS);
    await store().dispatched([
      { stream: one, from: 1, to: 3 },
      { stream: other, from: 1, to: 1 },
    ]);
    expect(await noted(one, other)).toEqual([undefined, undefined]);
    await store().append(one, items(1));
    expect(await noted(one)).toEqual([[4, 4]]);
  });

  test('keeps an event that was not dispatched, whatever was dispatched around it', async () => {
    const stream = newStream();
    for (let n = 0; n < 5; n++) await store().append(stream, items(2));
    await store().dispatched([{ stream, from: 5, to: 6 }]);
    expect(await noted(stream)).toEqual([[1, 10]]);
    await store().dispatched([{ stream, from: 9, to: 10 }]);
    expect(await noted(stream)).toEqual([[1, 8]]);
    await store().dispatched([
      { stream, from: 1, to: 2 },
      { stream, from: 7, to: 8 },
      { stream, from: 3, to: 4 },
    ]);
    expect(await noted(stream)).toEqual([[5, 6]]);
    await store().dispatched([{ stream, from: 1, to: 4 }]);
    await store().dispatched([{ stream, from: 7, to: 99 }]);
    expect(await noted(stream)).toEqual([[5, 6]]);
    await store().dispatched([{ stream, from: 1, to: 10 }]);
    expect(await noted(stream)).toEqual([undefined]);
  });

  test('bears that what is not noted is struck, and nothing', async () => {
    const stream = newStream();
    await store().dispatched([{ stream, from: 1, to: 5 }]);
    await store().dispatched([]);
    expect(await noted(stream)).toEqual([undefined]);
  });

  test('notes nothing of an append that stored nothing', async () => {
    const stream = newStream();
    await expectRefused(() => store().append(stream, items(1), { expectedSequence: 4 }), WrongExpectedSequenceError);
    expect(await noted(stream)).toEqual([undefined]);
    await store().append(stream, items(1), { key: 'k' });
    await store().dispatched([{ stream, from: 1, to: 1 }]);
    await store().append(stream, items(1), { key: 'k' });
    expect(await noted(stream)).toEqual([undefined]);
  });

  test('gives who waits longest first, as many as asked for, and nobody who waits for less', async () => {
    const streams = upTo(4).map(() => newStream());
    for (const stream of streams) await store().append(stream, items(1));
    expect(await store().undispatched({ olderThanMs: 3_600_000, limit: 10 })).toEqual([]);
    const list = await store().undispatched(ALL);
    const times = list.map(({ since }) => since.getTime());
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(await store().undispatched({ olderThanMs: 0, limit: 2 })).toHaveLength(2);
    await store().dispatched(list.map(({ stream, from, to }) => ({ stream, from, to })));
    expect(await store().undispatched(ALL)).toEqual([]);
  });

  test('has one life for as long as nothing is lost of it, whatever is noted, struck and removed', async () => {
    const life = await store().undispatchedLife();
    expect(life).not.toBe('');
    const [one, other] = [newStream(), newStream()];
    await store().append(one, items(2));
    await store().append(other, items(1));
    await store().dispatched([{ stream: one, from: 1, to: 2 }]);
    await log().forget(other.tenantId);
    await store().append(one, items(1));
    expect(await Promise.all([store().undispatchedLife(), store().undispatchedLife()])).toEqual([life, life]);
  });

  test('survives appends and strikes of many at once', async () => {
    const streams = upTo(5).map(() => newStream());
    await Promise.all(
      upTo(20).flatMap(() =>
        streams.map(async (stream) => {
          const { firstSequence: from, lastSequence: to } = await store().append(stream, items(2));
          await store().dispatched(
            streams.map((one) => ({ stream: one, from: one === stream ? from : 9_999, to: 9_999 })),
          );
          await store().dispatched([{ stream, from, to }]);
        }),
      ),
    );
    for (const stream of streams) expect(await store().head(stream)).toBe(40);
  });

  test('refuses what is no range and no query', async () => {
    const stream = newStream();
    for (const bad of [0, -1, 1.5, NaN, '1', undefined]) {
      await expectInvalid(() => store().dispatched([{ stream, from: bad as number, to: 5 }]), 'ranges[0].from');
      await expectInvalid(() => store().undispatched({ olderThanMs: 0, limit: bad as number }), 'query.limit');
    }
    await expectInvalid(() => store().dispatched([{ stream, from: 5, to: 4 }]), 'ranges[0].to');
    await expectInvalid(() => store().dispatched('x' as never), 'ranges');
    await expectInvalid(() => store().undispatched({ olderThanMs: -1, limit: 1 }), 'query.olderThanMs');
    await expectInvalid(() => store().undispatched({ olderThanMs: 0, limit: 10_001 }), 'query.limit');
    await expectInvalid(() => store().undispatched(undefined as never), 'query.olderThanMs');
  });
}
