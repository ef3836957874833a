import fc from 'fast-check';
import { InvalidArgumentError } from '../../../errors/invalid-argument.error.js';
import { checkEventQuery } from '../../../event-store/check-event-query.js';
import type { EventCriteria, EventQuery } from '../../../event-store/event-query.js';
import { matchesQuery } from '../../../event-store/matches-query.js';
import type { StreamId } from '../../../event-store/stream-id.js';
import type { StoredEvent } from '../../../events/stored-event.js';
import { collect } from '../collect.js';
import { ItemAdded, ItemRemoved, Noted } from '../contract-events.js';
import { AWKWARD_IDS } from '../awkward-texts.js';
import { expectInvalid, expectRefused } from '../expect-refused.js';
import { newStream } from './event-store-cases.js';
import type { EventStoreCases } from './event-store-cases.js';

const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(
      null,
      true,
      false,
      0,
      1,
      -1,
      1.5,
      1e21,
      '',
      'a',
      'b',
      '1',
      'null',
      'NUL \u0000',
      '\u0001',
      '\ud800',
      '\ufffd',
      '😀',
    ),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'é', '__proto__', 'x.y', '\ud801', '\ufffd', ''), tie('value'), {
      maxKeys: 3,
    }),
  ),
})).value;

const TYPES = ['contract.item_added', 'contract.item_removed', 'contract.noted', "it's"];
const TAGS = ['t1', 't2', 'tag:3', "it's"];

const criteria: fc.Arbitrary<EventCriteria> = fc.record(
  {
    types: fc.subarray([...TYPES, 'NUL \u0000']),
    tags: fc.subarray(TAGS, { maxLength: 2 }),
    payload: fc.oneof(
      json.map((body) => ({ body }) as never),
      fc.constantFrom<NonNullable<EventCriteria['payload']>>(
        {},
        { name: 'a' },
        { name: 'b', quantity: 1 },
        { quantity: 1 },
      ),
    ),
    aggregateType: fc.constantFrom('basket', 'box'),
    aggregateId: fc.constantFrom('one', 'two'),
  },
  { requiredKeys: [] },
);
const query: fc.Arbitrary<EventQuery> = fc.oneof(criteria, fc.array(criteria, { maxLength: 3 }));

export function queryCases({ expect, test, store, settle }: EventStoreCases): void {
  /** The sequences of what matches, of events with these bodies in one stream. */
  async function matching(bodies: readonly unknown[]): Promise<(payload: unknown) => Promise<number[]>> {
    const stream = newStream();
    await store().append(
      stream,
      bodies.map((body) => ({ data: new Noted(body) })),
    );
    await settle();
    return async (body) => {
      const found = store().readAll({ tenantId: stream.tenantId, query: { payload: { body } } as EventQuery });
      return (await collect(found)).map(({ sequence }) => sequence);
    };
  }

  test('finds by nested containment', async () => {
    const find = await matching([
      { a: 1, b: { c: [1, 2, { d: 'x', e: null }], f: true } },
      { a: 1, b: { c: [{ d: 'x' }, { e: null }] } },
      { b: { c: [] } },
      { a: '1' },
      [1, [2, [3]]],
      'text',
    ]);
    expect(await find({})).toEqual([1, 2, 3, 4]);
    expect(await find([])).toEqual([5]);
    expect(await find({ a: 1 })).toEqual([1, 2]);
    expect(await find({ a: '1' })).toEqual([4]);
    expect(await find({ b: { c: [2, 1, 1] } })).toEqual([1]);
    expect(await find({ b: { c: [{ d: 'x' }] } })).toEqual([1, 2]);
    expect(await find({ b: { c: [{ d: 'x', e: null }] } })).toEqual([1]);
    expect(await find({ b: { c: [] } })).toEqual([1, 2, 3]);
    expect(await find({ b: { c: {} } })).toEqual([]);
    expect(await find([[[3]]])).toEqual([5]);
    expect(await find([3])).toEqual([]);
    expect(await find('text')).toEqual([6]);
  });

  test('finds null only in a property that is there and null', async () => {
    const find = await matching([{ a: null }, {}, { a: 0 }, { a: '' }, { a: { b: null } }, null, { a: [null] }]);
    expect(await find({ a: null })).toEqual([1]);
    expect(await find({ a: { b: null } })).toEqual([5]);
    expect(await find({ a: [null] })).toEqual([7]);
    expect(await find(null)).toEqual([6]);
  });

  test('compares numbers by their value, and never with texts', async () => {
    const find = await matching([1, '1', 1.5, 1e21, 0, -0, 5e-324, 9007199254740991]);
    expect(await find(1.0)).toEqual([1]);
    expect(await find('1')).toEqual([2]);
    expect(await find(1e21)).toEqual([4]);
    expect(await find(-0)).toEqual([5, 6]);
    expect(await find(5e-324)).toEqual([7]);
    expect(await find(9007199254740991)).toEqual([8]);
  });

  test('finds what is nested deeper than databases can search', async () => {
    const deep = JSON.parse(`${'{"a":'.repeat(2_000)}1${'}'.repeat(2_000)}`) as object;
    const find = await matching([{ id: 'deep', deep }, { id: 'flat' }]);
    expect(await find({ id: 'deep' })).toEqual([1]);
    expect(await find({ deep: { a: { a: {} } } })).toEqual([1]);
    expect(await find({ deep: { a: { a: { b: 1 } } } })).toEqual([]);
  });

  test('takes text that looks like SQL as text, in every part', async () => {
    const stream = { ...newStream(), aggregateType: AWKWARD_IDS[0]!, aggregateId: AWKWARD_IDS[1]! };
    await store().append(
      stream,
      AWKWARD_IDS.map((text) => ({ data: new Noted({ [text]: [text] }), tags: [text] })),
    );
    await settle();
    const count = (one: EventQuery) => store().count({ tenantId: stream.tenantId, query: one });
    for (const text of AWKWARD_IDS) {
      expect(await count({ tags: [text] })).toBe(1);
      expect(await count({ payload: { body: { [text]: [text] } } })).toBe(1);
      expect(await count([{ types: [text] }, { aggregateId: text }])).toBe(
        text === stream.aggregateId ? AWKWARD_IDS.length : 0,
      );
    }
    expect(await count({ aggregateType: stream.aggregateType })).toBe(AWKWARD_IDS.length);
  });

  test('gives exactly what the definition of a match says', async () => {
    const one = newStream();
    const streams: StreamId[] = [one, { ...one, aggregateId: 'two' }, { ...one, aggregateType: 'box' }];
    const bodies = fc.sample(json, { numRuns: 240, seed: 1 });
    const stored: StoredEvent[] = [];
    for (const [index, stream] of streams.entries()) {
      const events = bodies.slice(80 * index, 80 * (index + 1)).map((body, n) => ({
        data: [new Noted(body), new ItemAdded(n % 2 === 0 ? 'a' : 'b'), new ItemRemoved('b')][
          n % 8 < 6 ? 0 : (n % 2) + 1
        ]!,
        tags: TAGS.filter((_, bit) => ((n >> bit) & 1) === 1),
      }));
      stored.push(...(await store().append(stream, events)).stored);
    }
    await settle();
    const expected = (given: EventQuery): string[] => {
      const checked = checkEventQuery('query', given);
      return stored.filter((event) => matchesQuery(checked, event)).map(({ id }) => id);
    };
    await fc.assert(
      fc.asyncProperty(query, async (given) => {
        const found = await collect(store().readAll({ tenantId: one.tenantId, query: given }));
        expect(found.map(({ id }) => id as string).sort()).toEqual(expected(given).sort());
        expect(await store().count({ tenantId: one.tenantId, query: given })).toBe(found.length);
      }),
      { numRuns: 150 },
    );
  });

  test('refuses queries that are none, or too large', async () => {
    const { tenantId } = newStream();
    const cyclic: { self?: unknown } = {};
    cyclic.self = cyclic;
    const deep = JSON.parse(`${'{"a":'.repeat(33)}1${'}'.repeat(33)}`) as object;
    const bad: [unknown, string][] = [
      [null, ''],
      ['x', ''],
      [[null], '[0]'],
      [[{}, []], '[1]'],
      [{ type: 'x' }, '.type'],
      [{ types: 'x' }, '.types'],
      [{ types: [5] }, '.types'],
      [{ types: ['x'.repeat(513)] }, '.types'],
      [{ types: Array.from({ length: 257 }, (_, n) => `${n}`) }, ''],
      [Array.from({ length: 65 }, () => ({})), ''],
      [{ tags: 'x' }, '.tags'],
      [{ tags: ['a\u0000'] }, '.tags[0]'],
      [{ aggregateType: '' }, '.aggregateType'],
      [{ aggregateId: 'a\ud800' }, '.aggregateId'],
      [{ payload: [] }, '.payload'],
      [{ payload: null }, '.payload'],
      [{ payload: { a: undefined } }, '.payload.a'],
      [{ payload: { a: [NaN] } }, '.payload.a[0]'],
      [{ payload: { a: new Date() } }, '.payload.a'],
      [{ payload: { a: 10n } }, '.payload.a'],
      [{ payload: { a: 'x'.repeat(16_384) } }, ''],
    ];
    for (const [given, place] of bad) {
      const call = () => collect(store().readAll({ tenantId, query: given as EventQuery }));
      await expectInvalid(call, `options.query${place}`);
    }
    for (const payload of [cyclic, deep]) {
      const query = { payload } as EventQuery;
      await expectRefused(() => collect(store().readAll({ tenantId, query })), InvalidArgumentError);
    }
  });
}
