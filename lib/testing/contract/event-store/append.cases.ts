import { collect } from '../collect.js';
import { constructed, ItemAdded, ItemRemoved, Noted } from '../contract-events.js';
import { AWKWARD_IDS } from '../awkward-texts.js';
import { createTenantId } from '../../../tenancy/create-tenant-id.js';
import { TenantContext } from '../../../tenancy/tenant-context.js';
import { InvalidEventError } from '../../../events/invalid-event.error.js';
import { expectRefused } from '../expect-refused.js';
import { items, newStream, sequences, upTo } from './event-store-cases.js';
import type { EventStoreCases } from './event-store-cases.js';

/** How far the store's clock may be from the test's. */
const CLOCK_TOLERANCE_MS = 5_000;

export function appendCases({ expect, test, store, context }: EventStoreCases): void {
  test('numbers events from 1, without holes, over several appends', async () => {
    const stream = newStream();
    const first = await store().append(stream, items(2));
    expect([first.firstSequence, first.lastSequence]).toEqual([1, 2]);
    const second = await store().append(stream, items(3));
    expect([second.firstSequence, second.lastSequence]).toEqual([3, 5]);
    expect(sequences(second.events)).toEqual([3, 4, 5]);
    expect(second.stream).toEqual(stream);
    expect(second.repeated).toBe(false);
    expect(sequences(await collect(store().read(stream)))).toEqual(upTo(5));
    expect(await store().head(stream)).toBe(5);
  });

  test('returns the events exactly as every later read gives them', async () => {
    const stream = newStream();
    const occurredAt = new Date('2024-02-29T12:34:56.789Z');
    const metadata = { correlationId: 'c-1', causationId: 'c-2', userId: 'ü', traceparent: '00-ab-cd-01' };
    const id = context().ids.next();
    const before = Date.now();
    const result = await store().append(stream, [
      { data: new ItemAdded('apple', 3), id, metadata, occurredAt },
      { data: new ItemRemoved('pear') },
    ]);
    const after = Date.now();
    const [added, removed] = await collect(store().read(stream));
    expect([added, removed]).toEqual(result.events);
    expect(added).toMatchObject({
      ...stream,
      id,
      sequence: 1,
      type: 'contract.item_added',
      version: 2,
      metadata,
      occurredAt,
    });
    expect(removed).toMatchObject({ sequence: 2, type: 'contract.item_removed', version: 1, metadata: {} });
    expect(removed!.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    for (const event of [added!, removed!]) {
      expect(event.recordedAt.getTime()).toBeGreaterThanOrEqual(before - CLOCK_TOLERANCE_MS);
      expect(event.recordedAt.getTime()).toBeLessThanOrEqual(after + CLOCK_TOLERANCE_MS);
    }
    expect(removed!.occurredAt.getTime()).toBeGreaterThanOrEqual(before);
    expect(removed!.occurredAt.getTime()).toBeLessThanOrEqual(after);
  });

  test('gives data that is an instance of its class, without running the constructor', async () => {
    const stream = newStream();
    const event = { data: new ItemAdded('apple', 3) };
    const before = constructed.count;
    const result = await store().append(stream, [event]);
    for (const { data } of [...result.events, ...(await collect(store().read(stream)))]) {
      expect(data).toBeInstanceOf(ItemAdded);
      expect((data as ItemAdded).label()).toBe('3 × apple');
    }
    expect(constructed.count).toBe(before);
  });

  test('returns the stored form too, which decodes to the same events', async () => {
    const stream = newStream();
    const result = await store().append(stream, items(2), { key: 'k' });
    expect(result.stored.map((row) => context().serializer.deserialize(row))).toEqual(result.events);
    expect(JSON.parse(JSON.stringify(result.stored))).toEqual(result.stored);
    const repeat = await store().append(stream, items(2), { key: 'k' });
    expect(repeat.stored).toEqual(result.stored);
  });

  test('keeps data as JSON keeps it, to the last character', async () => {
    const stream = newStream();
    const bodies = [
      ...AWKWARD_IDS,
      'NUL \u0000 tab \t break \r\n bell \u0007',
      'lone \ud800 surrogate',
      { a: null, b: {}, c: [], 'd.e': 1, '': 2, nested: { deep: [[1], [null, 'x']] } },
      [0, 1.5, -1, 1e21, 5e-324, 1.7976931348623157e308, 9007199254740991, 0.1 + 0.2],
      'x'.repeat(200_000),
      null,
      true,
    ];
    await store().append(
      stream,
      bodies.map((body) => ({ data: new Noted(body) })),
    );
    const read = await collect(store().read(stream));
    expect(read.map(({ data }) => (data as Noted).body)).toEqual(bodies);
  });

  test('carries the context of the work at hand as metadata, within its tenant only', async () => {
    const stream = newStream();
    const foreign = newStream();
    const ambient = { tenantId: stream.tenantId, correlationId: 'corr', userId: 'user' };
    await TenantContext.run(ambient, async () => {
      await store().append(stream, [{ data: new ItemAdded('a'), metadata: { userId: 'other' } }]);
      await store().append(foreign, items(1));
    });
    expect((await collect(store().read(stream)))[0]!.metadata).toEqual({ correlationId: 'corr', userId: 'other' });
    expect((await collect(store().read(foreign)))[0]!.metadata).toEqual({});
  });

  test('stores all events of an append or none', async () => {
    const stream = newStream();
    await expectRefused(
      () => store().append(stream, [...items(2), { data: new ItemAdded('bad', 0) }]),
      InvalidEventError,
    );
    expect(await store().head(stream)).toBe(0);
    expect(await collect(store().read(stream))).toEqual([]);
  });

  test('is not changed by what callers do to their arguments and results', async () => {
    const stream = newStream();
    const data = { data: new Noted({ list: [1] }), metadata: { userId: 'u' } };
    const result = await store().append(stream, [data]);
    (data.data.body as { list: number[] }).list.push(2);
    data.metadata.userId = 'changed';
    (result.events[0]!.data as { body: unknown }).body = 'changed';
    const [event] = await collect(store().read(stream));
    expect((event!.data as Noted).body).toEqual({ list: [1] });
    expect(event!.metadata).toEqual({ userId: 'u' });
  });

  test('leaves no hole under many parallel appends, each of which stays in one piece', async () => {
    const stream = newStream();
    const sizes = Array.from({ length: 120 }, (_, index) => 1 + (index % 4));
    const results = await Promise.all(sizes.map((size, index) => store().append(stream, items(size, `${index}-`))));
    const total = sizes.reduce((sum, size) => sum + size, 0);
    const log = await collect(store().read(stream));
    expect(sequences(log)).toEqual(upTo(total));
    results.forEach(({ firstSequence, lastSequence, events }, index) => {
      expect(lastSequence - firstSequence + 1).toBe(sizes[index]);
      expect(log.slice(firstSequence - 1, lastSequence)).toEqual(events);
    });
  });

  test('takes appends to one stream in the order of their calls', async () => {
    const stream = newStream();
    await Promise.all(upTo(60).map((n) => store().append(stream, [{ data: new ItemAdded(`${n}`) }])));
    const names = (await collect(store().read(stream))).map(({ data }) => (data as ItemAdded).name);
    expect(names).toEqual(upTo(60).map(String));
  });

  test('appends to many streams at once', async () => {
    const streams = upTo(50).map((n) => ({ ...newStream(), aggregateId: `s${n}` }));
    await Promise.all(streams.flatMap((stream) => [1, 2, 3].map(() => store().append(stream, items(2)))));
    for (const stream of streams) {
      expect(sequences(await collect(store().read(stream)))).toEqual(upTo(6));
    }
  });

  test('takes text that looks like SQL as text, in every place', async () => {
    for (const text of AWKWARD_IDS) {
      const stream = {
        tenantId: createTenantId(`${text} ${newStream().tenantId}`),
        aggregateType: text,
        aggregateId: text,
      };
      const metadata = { correlationId: text, causationId: text, userId: text, traceparent: text };
      const result = await store().append(stream, [{ data: new ItemAdded(text), metadata }], { key: text });
      expect(await collect(store().read(stream, { types: ['contract.item_added', text] }))).toEqual(result.events);
      expect(result.events[0]).toMatchObject({ ...stream, metadata, data: { name: text } });
      expect((await store().appended(stream, [text])).get(text)?.events).toEqual(result.events);
      expect(await store().head(stream)).toBe(1);
      const heads = await collect(store().heads({ aggregateType: text, tenantId: stream.tenantId }));
      expect(heads).toEqual([{ tenantId: stream.tenantId, aggregateId: text, sequence: 1, count: 1 }]);
    }
  });
}
