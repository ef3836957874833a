import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PostgresConnection } from '../../../lib/postgres/postgres-connection.js';
import { PROJECTION_MIGRATIONS } from '../../../lib/projections/stores/postgres/migrations/index.js';
import { PostgresProjectionStore } from '../../../lib/projections/stores/postgres/postgres-projection-store.js';
import { PostgresRecordStore } from '../../../lib/projections/stores/postgres/postgres-record-store.js';
import { expectInvalid } from '../../support/expect-refused.js';
import { startEmbeddedDatabase, TEST_NAMES, type TestDatabase } from '../../support/postgres-database.js';
import { newProjection, UPDATED_AT } from '../../../lib/testing/contract/projection-store/projection-store-cases.js';
import { newAggregate, record } from '../../../lib/testing/contract/record-store/record-store-cases.js';

/** The bounds of a page and of a load, and what stands in their place here: three of the rows below pass it. */
const BOUNDS = /\b(134217728|67108864)\b/;
const SMALL_BOUND = '250';
const TEXT = 'x'.repeat(96);

let database: TestDatabase | undefined;
let statements = 0;

beforeAll(async () => {
  database = await startEmbeddedDatabase([PROJECTION_MIGRATIONS]);
});
afterAll(async () => database?.stop());

/** The same database, with small bounds in the statements. */
function bounded(): PostgresConnection {
  const { connection } = database!;
  return {
    name: connection.name,
    query: (statement) => {
      statements += 1;
      return connection.query({ ...statement, text: statement.text.replace(BOUNDS, SMALL_BOUND) });
    },
    transaction: (work) => connection.transaction(work),
    ping: () => connection.ping(),
    close: () => connection.close(),
  };
}

test('rows that are too many bytes together are loaded in parts', async () => {
  const store = new PostgresProjectionStore(bounded(), TEST_NAMES);
  const projection = newProjection();
  const rows = Array.from({ length: 8 }, (_, n) => ({
    ...projection,
    id: `r${n}`,
    sequence: 1,
    state: TEXT,
    updatedAt: UPDATED_AT,
  }));
  await store.save(rows);
  statements = 0;
  expect(await store.load(rows)).toEqual(rows);
  expect(statements).toBeGreaterThan(4);
  expect((await store.list({ ...projection, limit: 2 })).rows).toEqual(rows.slice(0, 2));
  await expectInvalid(() => store.list({ ...projection, limit: 3 }), 'query.limit');
});

test('records that are too many bytes together are refused, and fewer are not', async () => {
  const store = new PostgresRecordStore(bounded(), TEST_NAMES);
  const aggregate = newAggregate();
  const rows = [1, 2, 3].map((sequence) => record(aggregate, sequence, TEXT));
  await store.append(rows);
  expect(await store.read({ ...aggregate, limit: 2 })).toEqual(rows.slice(0, 2));
  await expectInvalid(() => store.read({ ...aggregate, limit: 3 }), 'query.limit');
});
