import fc from 'fast-check';
import type { JsonValue } from '../../../events/json-value.js';
import type { ProjectionRow } from '../../../projections/stores/projection-row.js';
import { AWKWARD_IDS } from '../awkward-texts.js';
import { newProjection, UPDATED_AT } from './projection-store-cases.js';
import type { ProjectionStoreCases } from './projection-store-cases.js';

export function loadAndSaveCases({ expect, test, store }: ProjectionStoreCases): void {
  function rowAt(key: Omit<ProjectionRow, 'sequence' | 'state' | 'updatedAt'>, sequence: number): ProjectionRow {
    return { ...key, sequence, state: { at: sequence }, updatedAt: UPDATED_AT + sequence };
  }

  test('gives back what was saved', async () => {
    const row = rowAt({ ...newProjection(), id: 'one' }, 7);
    await store().save([row]);
    expect(await store().load([row])).toEqual([row]);
  });

  test('gives null where there is no row', async () => {
    const key = { ...newProjection(), id: 'one' };
    expect(await store().load([key])).toEqual([null]);
    expect(await store().load([])).toEqual([]);
    await store().save([]);
  });

  test('loads many keys in their order, also those that are missing or asked twice', async () => {
    const projection = newProjection();
    const rows = Array.from({ length: 40 }, (_, n) => rowAt({ ...projection, id: `r${n}` }, n + 1));
    await store().save(rows);
    const asked = [5, 39, 100, 0, 5, 101, 12].map((n) => ({ ...projection, id: `r${n}` }));
    const expected = [rows[5], rows[39], null, rows[0], rows[5], null, rows[12]];
    expect(await store().load(asked)).toEqual(expected);
  });

  test('loads keys of several tenants, projections and versions at once', async () => {
    const [mine, other] = [newProjection(), newProjection()];
    const rows = [
      rowAt({ ...mine, id: 'a' }, 1),
      rowAt({ ...other, id: 'a' }, 2),
      rowAt({ ...mine, projection: 'other', id: 'a' }, 3),
      rowAt({ ...mine, version: 2, id: 'a' }, 4),
      rowAt({ ...mine, id: 'b' }, 5),
    ];
    await store().save(rows);
    expect(await store().load(rows)).toEqual(rows);
    expect(await store().load([...rows].reverse())).toEqual([...rows].reverse());
  });

  test('answers more parallel loads than fit in one question', async () => {
    const projection = newProjection();
    const rows = Array.from({ length: 1_300 }, (_, n) => rowAt({ ...projection, id: `r${n}` }, n + 1));
    await store().save(rows);
    const loaded = await Promise.all(rows.map((row) => store().load([row])));
    expect(loaded).toEqual(rows.map((row) => [row]));
    expect(await store().load(rows)).toEqual(rows);
  });

  test('keeps the row with the highest sequence, in whatever order and company rows are saved', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.integer({ min: 1, max: 1_000 }), { minLength: 2, maxLength: 8 }).chain((sequences) =>
          fc.record({
            order: fc.shuffledSubarray(sequences, { minLength: sequences.length }),
            cuts: fc.array(fc.boolean(), { minLength: sequences.length, maxLength: sequences.length }),
          }),
        ),
        async ({ order, cuts }) => {
          const key = { ...newProjection(), id: 'one' };
          let highest = 0;
          let batch: ProjectionRow[] = [];
          for (const [n, sequence] of order.entries()) {
            batch.push(rowAt(key, sequence));
            highest = Math.max(highest, sequence);
            if (!cuts[n] && n < order.length - 1) continue;
            await store().save(batch);
            batch = [];
            expect(await store().load([key])).toEqual([rowAt(key, highest)]);
          }
          expect((await store().list(key)).rows).toEqual([rowAt(key, highest)]);
        },
      ),
      { numRuns: 12 },
    );
  });

  test('keeps the row with the highest sequence of many parallel saves', async () => {
    const projection = newProjection();
    const keys = ['a', 'b', 'c'].map((id) => ({ ...projection, id }));
    const sequences = Array.from({ length: 40 }, (_, n) => ((n * 17) % 40) + 1);
    await Promise.all(sequences.flatMap((sequence) => keys.map((key) => store().save([rowAt(key, sequence)]))));
    expect(await store().load(keys)).toEqual(keys.map((key) => rowAt(key, 40)));
  });

  test('gives a save to every load that begins after it', async () => {
    const key = { ...newProjection(), id: 'one' };
    for (let sequence = 1; sequence <= 30; sequence++) {
      await store().save([rowAt(key, sequence)]);
      expect(await store().load([key])).toEqual([rowAt(key, sequence)]);
    }
  });

  test('ignores a save at a sequence below the one that stands', async () => {
    const key = { ...newProjection(), id: 'one' };
    await store().save([rowAt(key, 5)]);
    await store().save([{ ...rowAt(key, 4), state: 'stale' }]);
    expect(await store().load([key])).toEqual([rowAt(key, 5)]);
  });

  test('ignores a save at the sequence that stands, whatever its state', async () => {
    const row = rowAt({ ...newProjection(), id: 'one' }, 5);
    await store().save([row, { ...row, state: 'same batch' }]);
    await store().save([{ ...row, state: 'later' }]);
    expect(await store().load([row])).toEqual([row]);
  });

  test('takes the same save twice', async () => {
    const row = rowAt({ ...newProjection(), id: 'one' }, 5);
    await store().save([row, row]);
    await store().save([row]);
    expect(await store().load([row])).toEqual([row]);
    expect(await store().list(row)).toEqual({ rows: [row], total: 1 });
  });

  test('keeps a deleted row with its sequence, which can come back', async () => {
    const key = { ...newProjection(), id: 'one' };
    await store().save([rowAt(key, 1)]);
    const deleted = { ...rowAt(key, 2), state: null };
    await store().save([deleted]);
    await store().save([rowAt(key, 1)]);
    expect(await store().load([key])).toEqual([deleted]);
    expect(await store().list(key)).toEqual({ rows: [], total: 0 });
    await store().save([rowAt(key, 3)]);
    expect(await store().load([key])).toEqual([rowAt(key, 3)]);
    expect((await store().list(key)).total).toBe(1);
  });

  test('keeps states as JSON keeps them, to the last character', async () => {
    const projection = newProjection();
    const states: JsonValue[] = [
      ...AWKWARD_IDS,
      'NUL \u0000 and \r\n\t',
      'lone \ud800 surrogate',
      { a: null, b: {}, c: [], 'd.e': 1, '': 2, ['__proto__']: 3, nested: [[1], [null, { x: 'y' }]] },
      [0, 1.5, -1, 1e21, 5e-324, 1.7976931348623157e308, 9007199254740991, 0.1 + 0.2, 2 ** 63, 1e20],
      'x'.repeat(500_000),
      true,
      false,
      0,
      '',
      [],
      {},
    ];
    const rows = states.map((state, n) => ({ ...projection, id: `s${n}`, sequence: 1, state, updatedAt: UPDATED_AT }));
    await store().save(rows);
    expect(await store().load(rows)).toEqual(rows);
    expect((await store().list({ ...projection, sort: { by: 'none' } })).total).toBe(rows.length);
  });

  test('takes ids that look like SQL as text, in every place', async () => {
    for (const text of AWKWARD_IDS) {
      const row = rowAt({ ...newProjection(), projection: text, id: text }, 1);
      await store().save([row]);
      expect(await store().load([row])).toEqual([row]);
      expect(await store().list(row)).toEqual({ rows: [row], total: 1 });
    }
    const projection = newProjection();
    const rows = AWKWARD_IDS.map((id) => rowAt({ ...projection, id }, 1));
    await store().save(rows);
    expect(await store().load(rows)).toEqual(rows);
  });

  test('keeps sequences, versions and times at the ends of their ranges', async () => {
    const projection = newProjection();
    const rows: ProjectionRow[] = [
      { ...projection, id: 'high', sequence: Number.MAX_SAFE_INTEGER, state: 1, updatedAt: Date.UTC(2199, 11, 31) },
      { ...projection, id: 'low', sequence: 1, state: 1, updatedAt: 0 },
      { ...projection, version: 4_294_967_295, id: 'version', sequence: 1, state: 1, updatedAt: 1 },
    ];
    await store().save(rows);
    expect(await store().load(rows)).toEqual(rows);
  });

  test('is not changed by what callers do to their rows', async () => {
    const row = { ...newProjection(), id: 'one', sequence: 1, state: { list: [1] }, updatedAt: UPDATED_AT };
    await store().save([row]);
    row.state.list.push(2);
    const [loaded] = await store().load([row]);
    expect(loaded!.state).toEqual({ list: [1] });
    (loaded!.state as { list: number[] }).list.push(3);
    expect((await store().load([row]))[0]!.state).toEqual({ list: [1] });
  });
}
