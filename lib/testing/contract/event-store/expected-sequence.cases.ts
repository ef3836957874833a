import type { ExpectedSequence } from '../../../event-store/append-options.js';
import { WrongExpectedSequenceError } from '../../../event-store/wrong-expected-sequence.error.js';
import { collect } from '../collect.js';
import { expectRefused } from '../expect-refused.js';
import { items, newStream, sequences, upTo } from './event-store-cases.js';
import type { EventStoreCases } from './event-store-cases.js';

const WRITERS = 20;

export function expectedSequenceCases({ expect, test, store }: EventStoreCases): void {
  test('lets an append pass whose expectation holds', async () => {
    const stream = newStream();
    const expectations: ExpectedSequence[] = ['no-stream', 1, 'any', 'stream-exists', 4];
    for (const expectedSequence of expectations) await store().append(stream, items(1), { expectedSequence });
    expect(await store().head(stream)).toBe(5);
    await store().append(newStream(), items(1), { expectedSequence: 0 });
    await store().append(newStream(), items(1), { expectedSequence: 'any' });
  });

  test('refuses one whose expectation does not hold, says where the stream stands, and stores nothing', async () => {
    const stream = newStream();
    await store().append(stream, items(3));
    for (const expectedSequence of [0, 2, 4, 'no-stream'] as const) {
      const error = await expectRefused(
        () => store().append(stream, items(2), { expectedSequence }),
        WrongExpectedSequenceError,
      );
      expect(error).toMatchObject({ stream, expected: expectedSequence, actual: 3, kind: 'conflict' });
    }
    expect(sequences(await collect(store().read(stream)))).toEqual([1, 2, 3]);
    await store().append(stream, items(1), { expectedSequence: 3 });
  });

  test('refuses an append to a stream that should exist and does not', async () => {
    const stream = newStream();
    for (const expectedSequence of [1, 'stream-exists'] as const) {
      const error = await expectRefused(
        () => store().append(stream, items(1), { expectedSequence }),
        WrongExpectedSequenceError,
      );
      expect(error.actual).toBe(0);
    }
    expect(await store().head(stream)).toBe(0);
  });

  for (const [what, seeded, expectedSequence] of [
    ['a number', 3, 3],
    ['no stream', 0, 'no-stream'],
    ['sequence 0', 0, 0],
  ] as const) {
    test(`lets exactly one of ${WRITERS} parallel writers win who expect ${what}`, async () => {
      const stream = newStream();
      if (seeded > 0) await store().append(stream, items(seeded));
      const outcomes = await Promise.allSettled(
        upTo(WRITERS).map((n) => store().append(stream, items(2, `writer ${n} `), { expectedSequence })),
      );
      const won = outcomes.filter((outcome) => outcome.status === 'fulfilled');
      const lost = outcomes.filter((outcome) => outcome.status === 'rejected');
      expect(won).toHaveLength(1);
      expect(lost).toHaveLength(WRITERS - 1);
      for (const { reason } of lost) expect(reason).toBeInstanceOf(WrongExpectedSequenceError);
      const log = await collect(store().read(stream));
      expect(sequences(log)).toEqual(upTo(seeded + 2));
      expect(log.slice(seeded)).toEqual(won[0]!.value.events);
    });
  }

  test('judges parallel appends in the order of their calls', async () => {
    const stream = newStream();
    const outcomes = await Promise.allSettled([
      store().append(stream, items(2), { expectedSequence: 0 }),
      store().append(stream, items(1), { expectedSequence: 5 }),
      store().append(stream, items(1), { expectedSequence: 2 }),
      store().append(stream, items(1), { expectedSequence: 3 }),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
    expect(sequences(await collect(store().read(stream)))).toEqual(upTo(4));
  });
}
