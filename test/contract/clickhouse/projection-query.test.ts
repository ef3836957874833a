import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { JsonValue } from '../../../lib/events/json-value.js';
import { ClickHouseProjectionStore } from '../../../lib/projections/stores/clickhouse/clickhouse-projection-store.js';
import { PROJECTION_MIGRATIONS } from '../../../lib/projections/stores/clickhouse/migrations/index.js';
import { MemoryProjectionStore } from '../../../lib/projections/stores/memory/memory-projection-store.js';
import type { ProjectionFilter, ProjectionSort } from '../../../lib/projections/stores/projection-query.js';
import type { ProjectionRow } from '../../../lib/projections/stores/projection-row.js';
import { startTestDatabase } from '../../support/clickhouse-database.js';
import type { TestDatabase } from '../../support/clickhouse-database.js';
import { newProjection } from '../../../lib/testing/contract/projection-store/projection-store-cases.js';

/** Few values, so that rows and conditions meet. */
const text = fc.constantFrom(
  '',
  'a',
  'b',
  'ab',
  'A',
  '0',
  '1',
  'null',
  'true',
  'é',
  '\uffee',
  '😀',
  'a\u0000',
  '"',
  "'",
  '\\',
  '\ud800',
  '\ufffd',
  '[1]',
);
const number = fc.constantFrom(
  0,
  1,
  -1,
  0.5,
  0.1 + 0.2,
  0.3,
  1e20,
  1e21,
  2 ** 53,
  2 ** 63,
  -(2 ** 64),
  18446744073709552000,
  5e-324,
);
const scalar = fc.oneof(text, number, fc.boolean(), fc.constant(null));
const wellFormedText = text.filter((value) => value !== '\ud800');
const operand = fc.oneof(wellFormedText, number, fc.boolean(), fc.constant(null));
const name = fc.constantFrom('a', 'b', '0', 'a b', "'", '\\', '😀', 'constructor');

const state: fc.Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    scalar,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(name, tie('value'), { maxKeys: 4 }),
  ),
})).value;

const path = fc.array(name, { minLength: 1, maxLength: 2 }).map((segments) => segments.join('.'));
const bound = fc.oneof(wellFormedText, number);
const condition = fc.oneof(
  operand,
  fc.record({ equals: operand }),
  fc.record({ in: fc.array(operand, { minLength: 1, maxLength: 3 }) }),
  fc.record({ contains: operand }),
  fc.record({ gt: bound }),
  fc.record({ gte: bound, lte: bound }),
  fc.record({ lt: bound }),
);
const filter: fc.Arbitrary<ProjectionFilter> = fc.dictionary(path, condition, { minKeys: 0, maxKeys: 2 });
const sort: fc.Arbitrary<ProjectionSort | undefined> = fc.option(
  fc.record({
    by: fc.oneof(path, fc.constant('$updatedAt')),
    direction: fc.constantFrom('asc' as const, 'desc' as const),
  }),
  { nil: undefined },
);

let database: TestDatabase | undefined;
let store: ClickHouseProjectionStore | undefined;

beforeAll(async () => {
  database = await startTestDatabase([PROJECTION_MIGRATIONS]);
  store = new ClickHouseProjectionStore(database.connection);
});
afterAll(async () => {
  await store?.close();
  await database?.stop();
});

test('lists what the store in memory lists, for any states and any query', async () => {
  const queries = fc.array(
    fc.record({ filter, sort, limit: fc.integer({ min: 1, max: 12 }), offset: fc.integer({ min: 0, max: 4 }) }),
    { minLength: 12, maxLength: 12 },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(state, { minLength: 1, maxLength: 12 }), queries, async (states, asked) => {
      const reference = new MemoryProjectionStore();
      const projection = newProjection();
      const rows = states.map((value, n): ProjectionRow => ({
        ...projection,
        id: `r${n}`,
        sequence: 1,
        state: value,
        updatedAt: 1_000 + (n % 3),
      }));
      await Promise.all([reference.save(rows), store!.save(rows)]);
      for (const query of asked) {
        const [expected, actual] = await Promise.all([
          reference.list({ ...projection, ...query }),
          store!.list({ ...projection, ...query }),
        ]);
        expect(actual).toEqual(expected);
      }
    }),
    { numRuns: 25 },
  );
});
