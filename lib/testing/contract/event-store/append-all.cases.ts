import { AppendConditionFailedError } from '../../../event-store/append-condition-failed.error.js';
import type { StreamId } from '../../../event-store/stream-id.js';
import { WrongExpectedSequenceError } from '../../../event-store/wrong-expected-sequence.error.js';
import { collect } from '../collect.js';
import { ItemAdded } from '../contract-events.js';
import { BAD_IDS, expectInvalid, expectRefused } from '../expect-refused.js';
import { items, names, newStream, sequences, upTo } from './event-store-cases.js';
import type { EventStoreCases } from './event-store-cases.js';

export function appendAllCases({ expect, test, store, context }: EventStoreCases): void {
  /** Streams of one tenant, in an order that is not that of their names. */
  function newStreams(...ids: readonly string[]): StreamId[] {
    const { tenantId, aggregateType } = newStream();
    return ids.map((aggregateId) => ({ tenantId, aggregateType, aggregateId }));
  }

  const heads = (streams: readonly StreamId[]): Promise<number[]> =>
    Promise.all(streams.map((one) => store().head(one)));

  test('appends to several streams, with a result of each in the order given', async () => {
    const [one, two, three] = newStreams('z', 'a', '😀') as [StreamId, StreamId, StreamId];
    await store().append(two, items(3));
    const results = await store().appendAll([
      { stream: one, events: items(2, 'z'), expectedSequence: 'no-stream' },
      { stream: two, events: items(1, 'a'), expectedSequence: 3 },
      { stream: three, events: items(1, 's') },
    ]);
    expect(results.map(({ stream }) => stream)).toEqual([one, two, three]);
    expect(results.map(({ firstSequence, lastSequence }) => [firstSequence, lastSequence])).toEqual([
      [1, 2],
      [4, 4],
      [1, 1],
    ]);
    for (const { stream, events, stored, firstSequence, repeated } of results) {
      expect(repeated).toBe(false);
      expect(await collect(store().read(stream, { from: firstSequence }))).toEqual(events);
      expect(stored.map((event) => context().serializer.deserialize(event))).toEqual(events);
    }
  });

  test('appends to all streams or to none', async () => {
    const streams = newStreams('b', 'a', 'c') as [StreamId, StreamId, StreamId];
    await store().append(streams[1], items(1));
    const parts = streams.map((stream) => ({ stream, events: items(1), expectedSequence: 'no-stream' as const }));
    const error = await expectRefused(() => store().appendAll(parts, { key: 'k' }), WrongExpectedSequenceError);
    expect(error).toMatchObject({ stream: streams[1], expected: 'no-stream', actual: 1 });
    expect(await heads(streams)).toEqual([0, 1, 0]);
    expect(await store().appended(streams[0], ['k'])).toEqual(new Map());
  });

  test('names the first of several conflicts, in the order given', async () => {
    const [one, two] = newStreams('z', 'a') as [StreamId, StreamId];
    const parts = [one, two].map((stream) => ({ stream, events: items(1), expectedSequence: 5 }));
    const error = await expectRefused(() => store().appendAll(parts), WrongExpectedSequenceError);
    expect(error.stream).toEqual(one);
  });

  test('returns the first result to a repeat, for all streams, whatever it expects', async () => {
    const streams = newStreams('b', 'a') as [StreamId, StreamId];
    const parts = streams.map((stream) => ({ stream, events: items(2), expectedSequence: 'no-stream' as const }));
    const first = await store().appendAll(parts, { key: 'k' });
    await store().append(streams[0], items(1));
    const condition = { query: {} };
    const repeat = await store().appendAll(parts, { key: 'k', condition });
    expect(repeat).toEqual(first.map((result) => ({ ...result, repeated: true })));
    const turned = await store().appendAll([...parts].reverse(), { key: 'k' });
    expect(turned).toEqual([...repeat].reverse());
    for (const [index, stream] of streams.entries()) {
      expect((await store().appended(stream, ['k'])).get('k')!.events).toEqual(first[index]!.events);
      expect(await store().append(stream, items(1), { key: 'k' })).toEqual({ ...first[index], repeated: true });
    }
    expect(await heads(streams)).toEqual([3, 2]);
  });

  test('refuses a key that only some of the streams know', async () => {
    const [one, two] = newStreams('b', 'a') as [StreamId, StreamId];
    await store().append(one, items(1), { key: 'k' });
    const parts = [one, two].map((stream) => ({ stream, events: items(1) }));
    await expectInvalid(() => store().appendAll(parts, { key: 'k' }), 'options.key');
    expect(await heads([one, two])).toEqual([1, 0]);
  });

  test('stores once what comes many times at once', async () => {
    const streams = newStreams('b', 'a');
    const parts = streams.map((stream) => ({ stream, events: items(1) }));
    const results = await Promise.all(upTo(12).map(() => store().appendAll(parts, { key: 'k' })));
    expect(results.filter(([result]) => !result!.repeated)).toHaveLength(1);
    expect(await heads(streams)).toEqual([1, 1]);
  });

  test('fails as a whole on its condition', async () => {
    const streams = newStreams('b', 'a') as [StreamId, StreamId];
    const parts = streams.map((stream) => ({ stream, events: [{ data: new ItemAdded('x'), tags: ['t'] }] }));
    const condition = { query: { tags: ['t'] } };
    await store().appendAll(parts, { condition });
    await expectRefused(() => store().appendAll(parts, { condition }), AppendConditionFailedError);
    expect(await heads(streams)).toEqual([1, 1]);
  });

  test('leaves no hole under many at once over the same streams, in whatever order they name them', async () => {
    const streams = newStreams('c', 'a', 'b', 'd');
    await Promise.all(
      upTo(40).map((n) => {
        const some = streams.filter((_, index) => (n + index) % 3 !== 0);
        const ordered = n % 2 === 0 ? some : some.reverse();
        return store().appendAll(ordered.map((stream) => ({ stream, events: items(2, `${n}-`) })));
      }),
    );
    for (const stream of streams) {
      const log = await collect(store().read(stream));
      expect(sequences(log)).toEqual(upTo(log.length));
      // Every append stands in one piece.
      const pieces = names(log).map((name) => name.split('-')[0]);
      expect(pieces.filter((name, index) => index % 2 === 1 && name !== pieces[index - 1])).toEqual([]);
    }
  });

  test('refuses what is no append to several streams', async () => {
    const [one, two] = newStreams('a', 'b') as [StreamId, StreamId];
    const events = items(1);
    await expectInvalid(() => store().appendAll([]), 'appends');
    await expectInvalid(() => store().appendAll(undefined as never), 'appends');
    const many = upTo(101).map((n) => ({ stream: { ...one, aggregateId: `${n}` }, events }));
    await expectInvalid(() => store().appendAll(many), 'appends');
    await expectInvalid(() => store().appendAll([{ stream: one, events: [] }]), 'appends[0].events');
    const twice = [one, two, one].map((stream) => ({ stream, events: items(1) }));
    await expectInvalid(() => store().appendAll(twice), 'appends[2].stream');
    const foreign = [one, newStream()].map((stream) => ({ stream, events: items(1) }));
    await expectInvalid(() => store().appendAll(foreign), 'appends[1].stream.tenantId');
    for (const [, bad] of BAD_IDS) {
      const parts = [{ stream: { ...one, aggregateId: bad as string }, events }];
      await expectInvalid(() => store().appendAll(parts), 'stream.aggregateId');
      if (bad === undefined) continue;
      await expectInvalid(() => store().appendAll([{ stream: one, events }], { key: bad as string }), 'options.key');
    }
    const expecting = [{ stream: one, events, expectedSequence: -1 }];
    await expectInvalid(() => store().appendAll(expecting), 'appends[0].expectedSequence');
    const id = context().ids.next();
    const sameIds = [one, two].map((stream) => ({ stream, events: [{ data: new ItemAdded('x'), id }] }));
    await expectInvalid(() => store().appendAll(sameIds), 'appends[1].events[0].id');
    const tooMany = [one, two].map((stream) => ({ stream, events: items(5_001) }));
    await expectInvalid(() => store().appendAll(tooMany), 'appends');
    expect(await heads([one, two])).toEqual([0, 0]);
  });
}
