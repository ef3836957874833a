import type { JsonValue } from '../../../events/json-value.js';
import type { ProjectionListQuery } from '../../../projections/stores/projection-query.js';
import { newProjection, saveStates, UPDATED_AT } from './projection-store-cases.js';
import type { ProjectionStoreCases } from './projection-store-cases.js';

export function sortCases({ expect, test, store }: ProjectionStoreCases): void {
  async function ids(query: ProjectionListQuery): Promise<string[]> {
    return (await store().list(query)).rows.map(({ id }) => id);
  }

  async function saveIds(ids: readonly string[]): Promise<ReturnType<typeof newProjection>> {
    const projection = newProjection();
    await store().save(ids.map((id) => ({ ...projection, id, sequence: 1, state: {}, updatedAt: UPDATED_AT })));
    return projection;
  }

  test('orders by id as UTF-8 bytes unless asked otherwise', async () => {
    const inOrder = ['10', '9', 'A', 'a', 'ab', 'é', '\uffee', '😀'];
    const projection = await saveIds(['é', '😀', 'ab', '9', 'a', '\uffee', '10', 'A']);
    expect(await ids(projection)).toEqual(inOrder);
  });

  test('orders by a property, over all types, and ties by id in the same direction', async () => {
    const values: JsonValue[] = [
      'b',
      2,
      true,
      'a',
      10,
      null,
      false,
      -1.5,
      '',
      2,
      'B',
      '\uffee',
      '😀',
      [1],
      { x: 1 },
      [],
    ];
    const projection = await saveStates(store(), [...values.map((v): JsonValue => ({ v })), {}, 'no object']);
    const ascending = await ids({ ...projection, sort: { by: 'v' } });
    expect(ascending.map((id) => values[Number(id.slice(1))])).toEqual([
      ...[undefined, undefined, null],
      ...[false, true],
      ...[-1.5, 2, 2, 10],
      ...['', 'B', 'a', 'b', '\uffee', '😀'],
      ...[[1], { x: 1 }, []],
    ]);
    expect(ascending.slice(0, 3)).toEqual(['r16', 'r17', 'r5']);
    expect(ascending.slice(6, 8)).toEqual(['r1', 'r9']);
    expect(ascending.slice(-3)).toEqual(['r13', 'r14', 'r15']);
    expect(await ids({ ...projection, sort: { by: 'v', direction: 'asc' } })).toEqual(ascending);
    const descending = await ids({ ...projection, sort: { by: 'v', direction: 'desc' } });
    expect(descending).toEqual([...ascending].reverse());
  });

  test('orders by a nested property', async () => {
    const projection = await saveStates(store(), [{ a: { b: 3 } }, { a: { b: 1 } }, { a: 5 }, { a: { b: 2 } }]);
    expect(await ids({ ...projection, sort: { by: 'a.b' } })).toEqual(['r2', 'r1', 'r3', 'r0']);
  });

  test('orders large and close numbers exactly', async () => {
    const numbers = [1e21, 9007199254740991, 0.1 + 0.2, 0.3, 2 ** 64, 2 ** 63, -1e20, 9007199254740990, 1e20];
    const projection = await saveStates(
      store(),
      numbers.map((v) => ({ v })),
    );
    const sorted = await ids({ ...projection, sort: { by: 'v' } });
    expect(sorted.map((id) => numbers[Number(id.slice(1))])).toEqual([...numbers].sort((a, b) => a - b));
  });

  test('orders by the time of the last covered event', async () => {
    const projection = newProjection();
    const times = { a: 3, b: 1, c: 2, d: 2 };
    await store().save(
      Object.entries(times).map(([id, time]) => ({
        ...projection,
        id,
        sequence: 1,
        state: {},
        updatedAt: UPDATED_AT + time,
      })),
    );
    expect(await ids({ ...projection, sort: { by: '$updatedAt' } })).toEqual(['b', 'c', 'd', 'a']);
    expect(await ids({ ...projection, sort: { by: '$updatedAt', direction: 'desc' } })).toEqual(['a', 'd', 'c', 'b']);
  });

  test('gives pages that together are the whole', async () => {
    const all = Array.from({ length: 25 }, (_, n) => `r${n}`);
    const projection = await saveIds(all);
    const sorted = [...all].sort();
    const seen: string[] = [];
    for (let offset = 0; offset < 30; offset += 7) {
      const page = await store().list({ ...projection, limit: 7, offset });
      expect(page.total).toBe(25);
      expect(page.rows.length).toBe(Math.max(0, Math.min(7, 25 - offset)));
      seen.push(...page.rows.map(({ id }) => id));
    }
    expect(seen).toEqual(sorted);
    expect(await store().list({ ...projection, offset: 100_000 })).toEqual({ rows: [], total: 25 });
  });

  test('gives 100 rows unless asked otherwise, and up to 1,000', async () => {
    const projection = await saveIds(Array.from({ length: 1_001 }, (_, n) => `r${n}`));
    expect(await store().list(projection)).toMatchObject({ total: 1_001, rows: { length: 100 } });
    expect(await store().list({ ...projection, limit: 1_000 })).toMatchObject({
      total: 1_001,
      rows: { length: 1_000 },
    });
    expect(await store().list({ ...projection, limit: 1 })).toMatchObject({ total: 1_001, rows: { length: 1 } });
  });

  test('judges a row by its newest state only', async () => {
    const projection = newProjection();
    const row = (id: string, sequence: number, state: JsonValue) => ({
      ...projection,
      id,
      sequence,
      state,
      updatedAt: UPDATED_AT,
    });
    await store().save([row('a', 1, { v: 'old' }), row('b', 1, { v: 'old' }), row('c', 1, { v: 'old' })]);
    await store().save([row('a', 2, { v: 'new' })]);
    await store().save([row('b', 2, null)]);
    expect(await ids({ ...projection, filter: { v: 'old' } })).toEqual(['c']);
    expect(await ids({ ...projection, filter: { v: 'new' } })).toEqual(['a']);
    expect((await store().list(projection)).total).toBe(2);
  });
}
