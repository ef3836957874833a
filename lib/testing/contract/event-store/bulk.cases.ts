import { InvalidArgumentError } from '../../../errors/invalid-argument.error.js';
import { InvalidEventError } from '../../../events/invalid-event.error.js';
import { MAX_EVENTS_PER_APPEND } from '../../../event-store/prepare-append.js';
import { WrongExpectedSequenceError } from '../../../event-store/wrong-expected-sequence.error.js';
import { collect } from '../collect.js';
import { ItemAdded } from '../contract-events.js';
import { items, newStream, sequences, upTo } from './event-store-cases.js';
import type { EventStoreCases } from './event-store-cases.js';

export function bulkCases({ expect, test, store }: EventStoreCases): void {
  test('stores as many events as one append may have, or none of them', async () => {
    const stream = newStream();
    const many = items(MAX_EVENTS_PER_APPEND);
    const refused = async (append: Promise<unknown>): Promise<unknown> => append.catch((error: unknown) => error);
    expect(await refused(store().append(stream, [...many, ...items(1)]))).toBeInstanceOf(InvalidArgumentError);
    const oneIsBad = [...many.slice(1), { data: new ItemAdded('bad', 0) }];
    expect(await refused(store().append(stream, oneIsBad))).toBeInstanceOf(InvalidEventError);
    expect(await refused(store().append(stream, many, { expectedSequence: 7 }))).toBeInstanceOf(
      WrongExpectedSequenceError,
    );
    expect(await store().head(stream)).toBe(0);
    expect(await collect(store().read(stream))).toEqual([]);

    const results = await Promise.all([
      store().append(stream, many, { key: 'bulk' }),
      store().append(stream, items(1)),
      store().append(stream, many, { key: 'bulk' }),
    ]);
    expect(results.map(({ firstSequence, lastSequence, repeated }) => [firstSequence, lastSequence, repeated])).toEqual(
      [
        [1, MAX_EVENTS_PER_APPEND, false],
        [MAX_EVENTS_PER_APPEND + 1, MAX_EVENTS_PER_APPEND + 1, false],
        [1, MAX_EVENTS_PER_APPEND, true],
      ],
    );
    const stored = await collect(store().read(stream));
    expect(sequences(stored)).toEqual(upTo(MAX_EVENTS_PER_APPEND + 1));
    expect(stored.slice(0, MAX_EVENTS_PER_APPEND)).toEqual(results[2]!.events);
  });
}
