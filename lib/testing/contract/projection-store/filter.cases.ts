import type { JsonValue } from '../../../events/json-value.js';
import type { ProjectionFilter } from '../../../projections/stores/projection-query.js';
import { AWKWARD_IDS } from '../awkward-texts.js';
import { newProjection, saveStates, UPDATED_AT } from './projection-store-cases.js';
import type { ProjectionStoreCases } from './projection-store-cases.js';

export function filterCases({ expect, test, store }: ProjectionStoreCases): void {
  /** The values of `v` (the whole state where it is none) of the rows that satisfy the filter, in the order given. */
  async function matching(states: readonly JsonValue[], ...filters: ProjectionFilter[]): Promise<JsonValue[][]> {
    const projection = await saveStates(store(), states);
    const results: JsonValue[][] = [];
    for (const filter of filters) {
      const { rows, total } = await store().list({ ...projection, filter, limit: 1_000 });
      expect(total).toBe(rows.length);
      const found = new Set(rows.map(({ id }) => id));
      results.push(states.filter((_, n) => found.has(`r${n}`)).map(valueOf));
    }
    return results;
  }

  const mixed: JsonValue[] = [
    null,
    true,
    false,
    0,
    1,
    -1,
    1.5,
    '',
    '0',
    '1',
    'true',
    'null',
    'a',
    [],
    [1],
    {},
    { v: 1 },
  ];
  const states: JsonValue[] = [...mixed.map((v) => ({ v })), { other: 1 }, [], 'text', 5];

  test('matches everything without a filter', async () => {
    const projection = await saveStates(store(), states);
    expect((await store().list(projection)).total).toBe(states.length);
    expect((await store().list({ ...projection, filter: {} })).total).toBe(states.length);
  });

  test('compares for equality within the own type of a value', async () => {
    const wanted = [true, false, 0, 1, -1, 1.5, '', '0', '1', 'true', 'null', 'a'] as const;
    const results = await matching(states, ...wanted.flatMap((v) => [{ v }, { v: { equals: v } }]));
    expect(results).toEqual(wanted.flatMap((v) => [[v], [v]]));
    expect(await matching(states, { v: 'A' }, { v: 2 }, { v: -0 })).toEqual([[], [], [0]]);
  });

  test('takes an absent property as null', async () => {
    const absent = [null, { other: 1 }, [], 'text', 5];
    expect(await matching(states, { v: null }, { v: { equals: null } }, { v: { in: [null] } })).toEqual([
      absent,
      absent,
      absent,
    ]);
  });

  test('matches one of many values, of several types', async () => {
    const many = Array.from({ length: 1_000 }, (_, n) => `value ${n}`);
    const [scalars, none, big] = await matching(
      states,
      { v: { in: [1, '1', true, null, 'missing'] } },
      { v: { in: ['x', 99] } },
      { v: { in: [...many.slice(1), 'a'] } },
    );
    expect(scalars).toEqual([null, true, 1, '1', { other: 1 }, [], 'text', 5]);
    expect(none).toEqual([]);
    expect(big).toEqual(['a']);
  });

  test('compares numbers with numbers only', async () => {
    expect(await matching(states, { v: { gt: 0 } }, { v: { gte: 0 } }, { v: { lt: 1 } }, { v: { lte: 1 } })).toEqual([
      [1, 1.5],
      [0, 1, 1.5],
      [0, -1],
      [0, 1, -1],
    ]);
    expect(await matching(states, { v: { gt: 0, lt: 1.5 } }, { v: { gte: 1, lte: 1 } })).toEqual([[1], [1]]);
  });

  test('compares numbers exactly', async () => {
    const numbers = [
      0.1,
      0.1 + 0.2,
      0.3,
      9007199254740991,
      9007199254740992,
      1e20,
      1e21,
      2 ** 63,
      2 ** 64,
      5e-324,
      -1e300,
    ];
    const results = await matching(
      numbers.map((v) => ({ v })),
      ...numbers.map((v) => ({ v })),
      { v: { gt: 0.3 } },
      { v: { lt: 0.1 } },
      { v: { gte: 2 ** 63 } },
      { v: { in: [0.1 + 0.2, 1e21, -1e300] } },
    );
    expect(results).toEqual([
      ...numbers.map((v) => [v]),
      numbers.filter((v) => v > 0.3),
      numbers.filter((v) => v < 0.1),
      numbers.filter((v) => v >= 2 ** 63),
      [0.1 + 0.2, 1e21, -1e300],
    ]);
  });

  test('compares strings with strings only, by code points', async () => {
    const texts = ['', 'A', 'Z', 'a', 'ab', 'é', '\uffee', '😀', 'e\u0301', 'null', '5'];
    const withOthers = [...texts, 5, true, null, ['a']].map((v) => ({ v }));
    const after = (than: string): string[] =>
      texts.filter((v) => Buffer.compare(Buffer.from(v), Buffer.from(than)) > 0);
    expect(
      await matching(
        withOthers,
        { v: { gt: 'Z' } },
        { v: { gt: '\uffee' } },
        { v: { gte: '😀' } },
        { v: { lt: 'A' } },
        { v: { lte: '' } },
      ),
    ).toEqual([after('Z'), ['😀'], ['😀'], ['', '5'], ['']]);
  });

  test('finds elements of arrays, within their own type', async () => {
    const arrays: JsonValue[] = [
      [1, 'a'],
      ['1'],
      [true],
      [null],
      [[1]],
      [{ v: 1 }],
      [],
      'a',
      1,
      { 0: 'a' },
      [1.5, 'a"b\\'],
      ['😀', ''],
    ];
    const results = await matching(
      arrays.map((v) => ({ v })),
      ...[1, '1', 'a', true, false, null, 1.5, 'a"b\\', '😀', '', '[1]'].map((contains) => ({ v: { contains } })),
    );
    expect(results).toEqual([
      [[1, 'a']],
      [['1']],
      [[1, 'a']],
      [[true]],
      [],
      [[null]],
      [[1.5, 'a"b\\']],
      [[1.5, 'a"b\\']],
      [['😀', '']],
      [['😀', '']],
      [],
    ]);
  });

  test('follows dotted paths through objects, and never into arrays or strings', async () => {
    const nested: JsonValue[] = [
      { v: { w: { x: 1 } } },
      { v: { w: { x: '1' } } },
      { v: { w: 1 } },
      { v: [{ w: { x: 1 } }] },
      { 'v.w.x': 1 },
      { v: 'w' },
      { v: { W: { X: 1 } } },
      { v: { w: { x: [1, 2] } } },
    ];
    const results = await matching(
      nested,
      { 'v.w.x': 1 },
      { 'v.w': 1 },
      { 'v.w.x': { contains: 2 } },
      { 'v.w.x': { gte: 1 } },
      { 'v.0.w.x': 1 },
      { 'v.length': 1 },
    );
    expect(results.map((values) => values.length)).toEqual([1, 1, 1, 1, 0, 0]);
    const [absent] = await matching(nested, { 'v.w.x': null });
    expect(absent).toHaveLength(5);
  });

  test('knows no properties but those of the state itself', async () => {
    const inherited = ['constructor', 'toString', '__proto__', 'hasOwnProperty', 'length'];
    const own = inherited.map((name): JsonValue => ({ [name]: 1 }));
    const results = await matching([{}, ...own], ...inherited.map((name) => ({ [name]: 1 })));
    expect(results.map((values) => values.length)).toEqual(inherited.map(() => 1));
    const absent = await matching([{}], ...inherited.map((name) => ({ [name]: null })));
    expect(absent.map((values) => values.length)).toEqual(inherited.map(() => 1));
  });

  test('wants all conditions to hold', async () => {
    const people: JsonValue[] = [
      { name: 'ann', age: 30, tags: ['x', 'y'] },
      { name: 'bob', age: 30, tags: ['x'] },
      { name: 'cid', age: 40, tags: ['x', 'y'] },
    ];
    const [found] = await matching(people, { age: 30, tags: { contains: 'y' }, name: { gt: 'a', lt: 'b' } });
    expect(found).toEqual([people[0]]);
    expect(await matching(people, { tags: { contains: 'x', equals: null } })).toEqual([[]]);
  });

  test('takes text that looks like SQL as text, in paths and values', async () => {
    const projection = newProjection();
    const texts = [...AWKWARD_IDS, 'tab\tline\nreturn\rNUL\u0000', "'", '"', '\\', '`', '\\x41', '\\u0041'];
    await store().save(
      texts.map((text, n) => ({
        ...projection,
        id: `r${n}`,
        sequence: 1,
        state: { v: text, list: [text], [text.replaceAll(/[.\p{Cc}]/gu, '_')]: text },
        updatedAt: UPDATED_AT,
      })),
    );
    for (const [n, text] of texts.entries()) {
      const filters: ProjectionFilter[] = [
        { v: text },
        { v: { in: [text, 'x'] } },
        { v: { gte: text, lte: text } },
        { list: { contains: text } },
      ];
      for (const filter of filters) {
        expect((await store().list({ ...projection, filter })).rows.map(({ id }) => id)).toEqual([`r${n}`]);
      }
    }
    for (const [n, text] of AWKWARD_IDS.entries()) {
      const path = text.replaceAll(/[.\p{Cc}]/gu, '_');
      if (path.startsWith('$')) continue;
      const { rows } = await store().list({ ...projection, filter: { [path]: text } });
      expect(rows.map(({ id }) => id)).toContain(`r${n}`);
    }
  });

  test('compares lone surrogates as U+FFFD', async () => {
    const found = await matching([{ v: 'a\ud800b' }, { v: 'a\ufffdb' }, { v: 'ab' }], { v: 'a\ufffdb' }, { w: null });
    expect(found.map((values) => values.length)).toEqual([2, 3]);
  });
}

function valueOf(state: JsonValue): JsonValue {
  if (typeof state !== 'object' || state === null || Array.isArray(state) || !Object.hasOwn(state, 'v')) return state;
  return (state as { readonly v: JsonValue }).v;
}
