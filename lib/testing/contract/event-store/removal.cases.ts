import { WrongExpectedSequenceError } from '../../../event-store/wrong-expected-sequence.error.js';
import { collect } from '../collect.js';
import { items, LONG_AGO, newStream, sequences, storedItems, upTo } from './event-store-cases.js';
import type { EventStoreCases } from './event-store-cases.js';

/** Streams, of which each adapter removes fewer in one step. */
const MANY = 450;

export function removalCases({ expect, test, store, log, settle }: EventStoreCases): void {
  test('a read that is under way while its stream is emptied gives no wrong event', async () => {
    const stream = newStream();
    await log().restore(stream, storedItems(stream, upTo(5)));
    const read: number[] = [];
    for await (const { sequence } of store().read(stream)) {
      read.push(sequence);
      if (read.length > 1) continue;
      await log().removeIdle({ tenantId: stream.tenantId, before: LONG_AGO + 1_000 });
      await store().append(stream, items(9));
    }
    // What was there when it began, or as far as it came.
    expect(read).toEqual(upTo(read.length));
    expect(read.length).toBeLessThanOrEqual(5);
  });

  test('a position from before a tenant was forgotten has what comes afterwards behind it', async () => {
    const stream = newStream();
    const { tenantId } = stream;
    await store().append(stream, items(3));
    await settle();
    const after = await store().position(tenantId);
    await log().forget(tenantId);
    await store().append(stream, items(2));
    await settle();
    expect(sequences(await collect(store().readAll({ tenantId, after })))).toEqual([1, 2]);
  });

  test('empties whole streams whose last event is too old, and no others', async () => {
    const old = newStream();
    const { tenantId } = old;
    const revived = { ...old, aggregateId: 'revived' };
    const young = { ...old, aggregateId: 'young' };
    const otherType = { ...old, aggregateType: 'order' };
    const foreign = newStream();
    await log().restore(old, storedItems(old, upTo(5)));
    await log().restore(revived, storedItems(revived, upTo(5)));
    await store().append(revived, items(1));
    await store().append(young, items(2));
    await log().restore(otherType, storedItems(otherType, upTo(2)));
    await log().restore(foreign, storedItems(foreign, upTo(2)));

    const before = LONG_AGO + 1_000;
    expect(await log().removeIdle({ tenantId, aggregateType: 'basket', before })).toEqual({ streams: 1, events: 5 });
    const left = (await collect(store().scan({ tenantId }))).map((event) => [event.aggregateId, event.sequence]);
    expect(left).toEqual([
      ...upTo(6).map((sequence) => ['revived', sequence]),
      ['young', 1],
      ['young', 2],
      ['one', 1],
      ['one', 2],
    ]);
    expect(await collect(log().emptied({ tenantId }))).toEqual([{ ...old, head: 5, recordedAt: LONG_AGO + 5 }]);
    expect(await log().removeIdle({ tenantId, before })).toEqual({ streams: 1, events: 2 });
    expect(await log().removeIdle({ tenantId, before })).toEqual({ streams: 0, events: 0 });
    expect(sequences(await collect(store().read(foreign)))).toEqual([1, 2]);
  });

  test('keeps the head of an emptied stream, from which its sequences go on', async () => {
    const stream = newStream();
    const { tenantId } = stream;
    await log().restore(stream, storedItems(stream, upTo(3), 'old key'));
    expect((await store().appended(stream, ['old key'])).size).toBe(1);
    await log().removeIdle({ tenantId, before: LONG_AGO + 4 });

    expect(await store().head(stream)).toBe(3);
    expect(await collect(store().read(stream))).toEqual([]);
    expect(await collect(store().heads({ aggregateType: 'basket', tenantId }))).toEqual([]);
    // A key is known as long as the events of its append are.
    expect((await store().appended(stream, ['old key'])).size).toBe(0);
    for (const expectedSequence of ['no-stream', 0, 2, 4] as const) {
      const refused = await store()
        .append(stream, items(1), { expectedSequence })
        .catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(WrongExpectedSequenceError);
      expect((refused as WrongExpectedSequenceError).actual).toBe(3);
    }
    const result = await store().append(stream, items(2), { expectedSequence: 3, key: 'old key' });
    expect(result).toMatchObject({ firstSequence: 4, lastSequence: 5, repeated: false });
    expect((await store().append(stream, items(1), { expectedSequence: 'stream-exists' })).firstSequence).toBe(6);
    expect(await collect(store().read(stream))).toEqual(await collect(store().scan({ tenantId })));
    expect(sequences(await collect(store().read(stream)))).toEqual([4, 5, 6]);
    expect(sequences(await collect(store().read(stream, { from: 2, to: 5 })))).toEqual([4, 5]);
    expect(sequences(await collect(store().read(stream, { direction: 'backwards', limit: 2 })))).toEqual([6, 5]);
    expect((await store().appended(stream, ['old key'])).get('old key')).toEqual({ ...result, repeated: true });
    const head = { tenantId, aggregateId: 'one', sequence: 6, count: 3, emptiedHead: 3 };
    expect(await collect(store().heads({ aggregateType: 'basket', tenantId }))).toEqual([head]);
    const types = ['contract.item_added'];
    expect(await collect(store().heads({ aggregateType: 'basket', tenantId, types }))).toEqual([head]);
  });

  test('removes many streams, and some of them again when they are old again', async () => {
    const template = newStream();
    const { tenantId } = template;
    const streams = upTo(MANY).map((n) => ({ ...template, aggregateId: `stream ${n}` }));
    await Promise.all(streams.map((stream) => log().restore(stream, storedItems(stream, upTo(2)))));
    const before = LONG_AGO + 1_000;
    expect(await log().removeIdle({ tenantId, before })).toEqual({ streams: MANY, events: 2 * MANY });
    await log().restore(streams[7]!, storedItems(streams[7]!, [3, 4, 5]));
    expect(await log().removeIdle({ tenantId, before })).toEqual({ streams: 1, events: 3 });
    expect(await store().head(streams[7]!)).toBe(5);
    expect(await collect(log().emptied({ tenantId }))).toHaveLength(MANY);
    expect((await store().append(streams[7]!, items(1))).firstSequence).toBe(6);
  });

  test('loses no append that comes in between', async () => {
    const template = newStream();
    const { tenantId } = template;
    const streams = upTo(40).map((n) => ({ ...template, aggregateId: `stream ${n}` }));
    await Promise.all(streams.map((stream) => log().restore(stream, storedItems(stream, upTo(3)))));
    const removing = log().removeIdle({ tenantId, before: LONG_AGO + 1_000 });
    const results = await Promise.all(streams.map((stream) => store().append(stream, items(2))));
    const { streams: removed } = await removing;
    for (const [n, stream] of streams.entries()) {
      expect(results[n]).toMatchObject({ firstSequence: 4, lastSequence: 5 });
      const log = sequences(await collect(store().read(stream)));
      expect([upTo(5), [4, 5]]).toContainEqual(log);
      expect((await store().append(stream, items(1), { expectedSequence: 5 })).firstSequence).toBe(6);
    }
    expect(await collect(log().emptied({ tenantId }))).toHaveLength(removed);
  });

  test('forgets a tenant entirely, whose streams then begin anew, and no other', async () => {
    const stream = newStream();
    const { tenantId } = stream;
    const emptied = { ...stream, aggregateId: 'emptied' };
    const foreign = { ...newStream(), aggregateId: stream.aggregateId };
    await log().restore(emptied, storedItems(emptied, upTo(2)));
    await log().removeIdle({ tenantId, before: LONG_AGO + 1_000 });
    await store().append(stream, items(3), { key: 'k' });
    await store().append(foreign, items(3), { key: 'k' });

    expect(await log().forget(tenantId)).toEqual({ streams: 2, events: 3 });
    expect(await log().forget(tenantId)).toEqual({ streams: 0, events: 0 });
    expect(await store().head(stream)).toBe(0);
    expect(await store().head(emptied)).toBe(0);
    expect(await collect(store().read(stream))).toEqual([]);
    expect(await collect(log().rows({ tenantId }))).toEqual([]);
    expect(await collect(log().emptied({ tenantId }))).toEqual([]);
    expect((await store().appended(stream, ['k'])).size).toBe(0);
    expect(await store().append(stream, items(1), { key: 'k', expectedSequence: 'no-stream' })).toMatchObject({
      firstSequence: 1,
      repeated: false,
    });
    expect(sequences(await collect(store().read(foreign)))).toEqual([1, 2, 3]);
    expect((await store().appended(foreign, ['k'])).size).toBe(1);
  });

  test('leaves no hole where a tenant that is forgotten is not quiet', async () => {
    const stream = newStream();
    await store().append(stream, items(3));
    const [, ...results] = await Promise.all([
      log().forget(stream.tenantId),
      ...upTo(5).map(() => store().append(stream, items(1))),
    ]);
    expect(results).toHaveLength(5);
    const left = sequences(await collect(store().read(stream)));
    expect(left).toEqual(upTo(left.length));
    await log().forget(stream.tenantId);
    expect(await store().head(stream)).toBe(0);
  });
}
