import { WrongExpectedSequenceError } from '../../../event-store/wrong-expected-sequence.error.js';
import { collect } from '../collect.js';
import { ItemRemoved } from '../contract-events.js';
import { expectRefused } from '../expect-refused.js';
import { items, newStream, sequences, upTo } from './event-store-cases.js';
import type { EventStoreCases } from './event-store-cases.js';

export function keyCases({ expect, test, store }: EventStoreCases): void {
  test('returns the first result to a repeat, and stores nothing', async () => {
    const stream = newStream();
    await store().append(stream, items(1));
    const first = await store().append(stream, items(2), { key: 'k' });
    await store().append(stream, items(1));
    const repeat = await store().append(stream, items(2), { key: 'k' });
    expect(first.repeated).toBe(false);
    expect(repeat).toEqual({ ...first, repeated: true });
    expect([repeat.firstSequence, repeat.lastSequence]).toEqual([2, 3]);
    expect(await store().head(stream)).toBe(4);
  });

  test('knows a key of which the time is known, whatever that is', async () => {
    const stream = newStream();
    for (const [index, keySince] of [new Date(0), new Date(), new Date(Date.now() + 5_000)].entries()) {
      const options = { key: `k${index}`, keySince };
      expect(await store().append(stream, items(1), options)).toMatchObject({ repeated: false });
      expect(await store().append(stream, items(1), options)).toMatchObject({
        repeated: true,
        firstSequence: index + 1,
      });
    }
  });

  test('does not care what events a repeat brings', async () => {
    const stream = newStream();
    const first = await store().append(stream, items(2), { key: 'k' });
    const repeat = await store().append(stream, [{ data: new ItemRemoved('x') }], { key: 'k' });
    expect(repeat.events).toEqual(first.events);
    expect(await store().head(stream)).toBe(2);
  });

  test('does not care whether what a repeat expects still holds', async () => {
    const stream = newStream();
    const first = await store().append(stream, items(2), { key: 'k', expectedSequence: 'no-stream' });
    await store().append(stream, items(1));
    for (const expectedSequence of ['no-stream', 0, 99] as const) {
      const repeat = await store().append(stream, items(2), { key: 'k', expectedSequence });
      expect(repeat).toEqual({ ...first, repeated: true });
    }
  });

  test('stores once what comes many times at once', async () => {
    const stream = newStream();
    const results = await Promise.all(upTo(20).map((n) => store().append(stream, items(3, `${n}-`), { key: 'k' })));
    expect(results.filter(({ repeated }) => !repeated)).toHaveLength(1);
    const log = await collect(store().read(stream));
    expect(sequences(log)).toEqual([1, 2, 3]);
    for (const { events } of results) expect(events).toEqual(log);
  });

  test('tells many keys apart that come at once', async () => {
    const stream = newStream();
    const keys = upTo(30).flatMap((n) => [`k${n}`, `k${n}`]);
    const results = await Promise.all(keys.map((key) => store().append(stream, items(1), { key })));
    expect(results.filter(({ repeated }) => !repeated)).toHaveLength(30);
    expect(sequences(await collect(store().read(stream)))).toEqual(upTo(30));
    keys.forEach((key, index) => {
      expect(results[index]!.firstSequence).toBe(results[keys.indexOf(key)]!.firstSequence);
    });
  });

  test('knows a key within its own stream only', async () => {
    const stream = newStream();
    const others = [
      { ...stream, aggregateId: 'other' },
      { ...stream, aggregateType: 'other' },
      { ...stream, tenantId: newStream().tenantId },
    ];
    for (const one of [stream, ...others]) {
      const result = await store().append(one, items(1), { key: 'same' });
      expect(result).toMatchObject({ repeated: false, stream: one, firstSequence: 1 });
    }
  });

  test('forgets the key of an append that was refused', async () => {
    const stream = newStream();
    await expectRefused(
      () => store().append(stream, items(1), { key: 'k', expectedSequence: 7 }),
      WrongExpectedSequenceError,
    );
    expect(await store().appended(stream, ['k'])).toEqual(new Map());
    const result = await store().append(stream, items(1), { key: 'k' });
    expect(result.repeated).toBe(false);
  });

  test('takes keys that look alike as different', async () => {
    const stream = newStream();
    const keys = ['k', 'K', 'k ́', 'k:1', 'k%3A1', 'é', 'e\u0301', '1', '01'];
    for (const key of keys) expect((await store().append(stream, items(1), { key })).repeated).toBe(false);
    const found = await store().appended(stream, keys);
    expect(keys.map((key) => found.get(key)?.firstSequence)).toEqual(upTo(keys.length));
  });

  test('answers which keys it knows, each with its result', async () => {
    const stream = newStream();
    const first = await store().append(stream, items(2), { key: 'a' });
    const second = await store().append(stream, items(1), { key: 'b' });
    await store().append(stream, items(1));
    const found = await store().appended(stream, ['b', 'unknown', 'a', 'b']);
    expect([...found.keys()].sort()).toEqual(['a', 'b']);
    expect(found.get('a')).toEqual({ ...first, repeated: true });
    expect(found.get('b')).toEqual({ ...second, repeated: true });
    expect(await store().appended(stream, [])).toEqual(new Map());
    expect(await store().appended(newStream(), ['a'])).toEqual(new Map());
  });
}
