import fc from 'fast-check';
import { InvalidArgumentError } from '../../../errors/invalid-argument.error.js';
import type { LogPlace } from '../../../event-store/log-row.js';
import type { StreamId } from '../../../event-store/stream-id.js';
import { UndecodableEventError } from '../../../events/undecodable-event.error.js';
import { AWKWARD_IDS } from '../awkward-texts.js';
import { collect } from '../collect.js';
import { ItemAdded } from '../contract-events.js';
import { items, LONG_AGO, names, newStream, storedItems, upTo } from './event-store-cases.js';
import type { EventStoreCases } from './event-store-cases.js';

const at = (stream: StreamId, sequence: number): LogPlace => ({ ...stream, sequence });

export function readEachCases({ expect, test, store, log }: EventStoreCases): void {
  async function read(places: readonly LogPlace[]): Promise<string[]> {
    return names(await collect(store().readEach(places)));
  }

  test('gives the events at the places, in their order, and leaves out those that are not there', async () => {
    const [one, other] = [newStream(), newStream()];
    await store().append(one, items(3, 'one'));
    await store().append(other, items(2, 'other'));
    const places = [at(other, 2), at(one, 3), at(newStream(), 1), at(one, 1), at(one, 4), at(other, 1)];
    expect(await read(places)).toEqual(['other2', 'one3', 'one1', 'other1']);
    expect(await read([])).toEqual([]);
    const [event] = await collect(store().readEach([at(one, 2)]));
    expect(event).toEqual((await collect(store().read(one, { from: 2, to: 2 })))[0]);
  });

  test('gives what is asked for twice once', async () => {
    const stream = newStream();
    await store().append(stream, items(2));
    expect(await read([at(stream, 2), at(stream, 1), at(stream, 2)])).toEqual(['n2', 'n1']);
  });

  test('takes thousands of places of many streams', async () => {
    const { tenantId } = newStream();
    const streams = upTo(300).map((n): StreamId => ({ tenantId, aggregateType: 'basket', aggregateId: `b${n}` }));
    await Promise.all(streams.map((stream, index) => store().append(stream, items(8, `s${index}-`))));
    const places = upTo(8).flatMap((sequence) => streams.map((stream) => at(stream, sequence)));
    expect(await read(places)).toEqual(
      upTo(8).flatMap((sequence) => streams.map((_, index) => `s${index}-${sequence}`)),
    );
  });

  test('finds events under any names', async () => {
    const { tenantId } = newStream();
    const streams = AWKWARD_IDS.map((aggregateId): StreamId => ({ tenantId, aggregateType: aggregateId, aggregateId }));
    for (const [index, stream] of streams.entries()) {
      await store().append(stream, [{ data: new ItemAdded(`n${index}`) }]);
    }
    expect(await read(streams.map((stream) => at(stream, 1)))).toEqual(streams.map((_, index) => `n${index}`));
  });

  test('gives what a look at each place would', async () => {
    const streams = [newStream(), newStream(), newStream()];
    for (const [index, stream] of streams.entries()) await store().append(stream, items(index * 3 + 1, `${index}-`));
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.tuple(fc.nat(2), fc.integer({ min: 1, max: 7 })), { selector: String, maxLength: 21 }),
        async (chosen) => {
          const expected = chosen.flatMap(([index, n]) => (n <= index * 3 + 1 ? [`${index}-${n}`] : []));
          expect(await read(chosen.map(([index, n]) => at(streams[index]!, n)))).toEqual(expected);
        },
      ),
      { numRuns: 30 },
    );
  });

  test('leaves out what retention has removed', async () => {
    const stream = newStream();
    await log().restore(stream, storedItems(stream, upTo(2)));
    await log().removeIdle({ tenantId: stream.tenantId, before: LONG_AGO + 1_000_000 });
    await store().append(stream, items(1));
    expect(await read(upTo(3).map((sequence) => at(stream, sequence)))).toEqual(['n1']);
  });

  test('throws at a row that is no event, after those in front of it', async () => {
    const stream = newStream();
    const [good, bad, last] = storedItems(stream, upTo(3));
    await log().restore(stream, [good!, { event: { ...bad!.event, payload: '[1]' } }, last!]);
    const seen: number[] = [];
    const reading = (async () => {
      for await (const { sequence } of store().readEach([3, 1, 2].map((n) => at(stream, n)))) seen.push(sequence);
    })();
    await expect(reading).rejects.toThrow(UndecodableEventError);
    expect(seen).toEqual([3, 1]);
    // Walks over the whole log would stop at it.
    await log().forget(stream.tenantId);
  });

  test('refuses places that are none', async () => {
    const stream = newStream();
    for (const places of [[at(stream, 0)], [at(stream, 1.5)], [{ ...stream }], [undefined], 'places', upTo(10_001)]) {
      await expect(async () => read(places as readonly LogPlace[])).rejects.toThrow();
    }
    await expect(async () => read([at(stream, 0)])).rejects.toThrow(InvalidArgumentError);
  });
}
