import { InvalidArgumentError } from '../../../errors/invalid-argument.error.js';
import { WrongExpectedSequenceError } from '../../../event-store/wrong-expected-sequence.error.js';
import { collect } from '../collect.js';
import { items, LONG_AGO, newStream, sequences, storedItems, upTo } from './event-store-cases.js';
import type { EventStoreCases } from './event-store-cases.js';

export function restoreCases({ expect, test, store, log }: EventStoreCases): void {
  test('stores events as they are, with their times, versions and keys', async () => {
    const stream = newStream();
    const events = [
      ...storedItems(stream, [1, 2], 'k1'),
      ...storedItems(stream, [3]),
      ...storedItems(stream, [4], 'k2'),
    ];
    const old = {
      ...events[2]!,
      event: { ...events[2]!.event, type: 'nobody.declares', version: 7, payload: '{ "a": 1.0 }' },
    };
    events[2] = old;
    await log().restore(stream, events);
    const rows = await collect(log().rows({ tenantId: stream.tenantId }));
    expect(rows).toEqual(events.map(({ event, key }) => ({ ...event, metadata: JSON.stringify(event.metadata), key })));
    const repeat = await store().append(stream, items(9), { key: 'k1' });
    expect(repeat).toMatchObject({ firstSequence: 1, lastSequence: 2, repeated: true });
    expect((await store().appended(stream, ['k2'])).get('k2')).toMatchObject({ firstSequence: 4, lastSequence: 4 });
    const next = await store().append(stream, items(1), { expectedSequence: 4 });
    expect(next.events[0]!.recordedAt.getTime()).toBeGreaterThan(LONG_AGO + 1_000);
    expect(sequences(await collect(store().read(stream)))).toEqual(upTo(5));
  });

  test('refuses events that do not follow what is there, and stores none of them', async () => {
    const stream = newStream();
    const refused = async (first: number): Promise<number> => {
      const error = await log()
        .restore(stream, storedItems(stream, [first, first + 1]))
        .catch((cause: unknown) => cause);
      expect(error).toBeInstanceOf(WrongExpectedSequenceError);
      return (error as WrongExpectedSequenceError).actual;
    };
    expect(await refused(2)).toBe(0);
    expect(await store().head(stream)).toBe(0);
    expect((await store().append(stream, items(2), { expectedSequence: 'no-stream' })).firstSequence).toBe(1);
    expect(await refused(1)).toBe(2);
    expect(await refused(2)).toBe(2);
    expect(await refused(4)).toBe(2);
    await expect(log().restore(stream, storedItems(stream, [3, 5]))).rejects.toBeInstanceOf(InvalidArgumentError);
    await expect(log().restore(stream, storedItems(newStream(), [3]))).rejects.toBeInstanceOf(InvalidArgumentError);
    await expect(log().restore(stream, [])).rejects.toBeInstanceOf(InvalidArgumentError);
    await log().restore(stream, storedItems(stream, [3, 4]));
    expect(sequences(await collect(store().read(stream)))).toEqual(upTo(4));
  });

  test('never lets the recorded time fall behind restored events', async () => {
    const stream = newStream();
    const [ahead] = storedItems(stream, [1]);
    const recordedAt = Date.now() + 86_400_000;
    await log().restore(stream, [{ event: { ...ahead!.event, recordedAt } }]);
    const { events } = await store().append(stream, items(1));
    expect(events[0]!.recordedAt.getTime()).toBe(recordedAt);
  });

  test('makes emptied streams, once', async () => {
    const stream = newStream();
    const emptied = { ...stream, head: 10, recordedAt: LONG_AGO };
    await log().restoreEmptied(emptied);
    await log().restoreEmptied(emptied);
    expect(await collect(log().emptied({ tenantId: stream.tenantId }))).toEqual([emptied]);
    expect(await store().head(stream)).toBe(10);
    await log().restore(stream, storedItems(stream, [11, 12]));
    await log().restoreEmptied(emptied);
    expect((await store().append(stream, items(1))).firstSequence).toBe(13);
    const begun = newStream();
    await store().append(begun, items(3));
    await expect(log().restoreEmptied({ ...begun, head: 10, recordedAt: LONG_AGO })).rejects.toBeInstanceOf(
      WrongExpectedSequenceError,
    );
    expect(await store().head(begun)).toBe(3);
  });
}
