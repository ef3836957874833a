import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { EVENT_STORE_MIGRATIONS } from '../../../lib/event-store/postgres/migrations/index.js';
import { PostgresEventStore } from '../../../lib/event-store/postgres/postgres-event-store.js';
import type { AppendResult } from '../../../lib/event-store/append-result.js';
import type { StreamId } from '../../../lib/event-store/stream-id.js';
import { restoreEmptied } from '../../../lib/event-store/postgres/sql/maintain-events.js';
import { appendEvents } from '../../../lib/event-store/postgres/sql/append-events.js';
import { prepareAppend } from '../../../lib/event-store/prepare-append.js';
import { asAppendAll } from '../../../lib/event-store/prepare-append-all.js';
import type { PostgresStatement } from '../../../lib/postgres/postgres-connection.js';
import type { StorageContext } from '../../../lib/storage/storage.js';
import { collect } from '../../support/collect.js';
import { eventually } from '../../support/eventually.js';
import { startServerDatabase, TEST_NAMES, type TestDatabase } from '../../support/postgres-database.js';
import { createStorageContext } from '../../support/storage-context.js';
import {
  items,
  LONG_AGO,
  newStream,
  sequences,
  storedItems,
  upTo,
} from '../../../lib/testing/contract/event-store/event-store-cases.js';

const EVENTS = TEST_NAMES.of('events');
const BEFORE = LONG_AGO + 1_000;

let database: TestDatabase | undefined;
let store: PostgresEventStore;
let context: StorageContext;

beforeAll(async () => {
  database = await startServerDatabase([EVENT_STORE_MIGRATIONS]);
  context = await createStorageContext();
  store = await PostgresEventStore.open({ ...context, connection: database.connection, names: TEST_NAMES });
});
afterAll(async () => {
  await store?.close();
  await database?.stop();
});

/** The message with which statements in one transaction are refused. */
async function refusal(...statements: readonly string[]): Promise<string> {
  return database!.connection
    .transaction(async (transaction) => {
      for (const text of statements) await transaction.query({ text });
      return 'nothing was refused';
    })
    .catch((error: unknown) => (error as Error).message);
}

test('nothing but maintenance removes an event, and nothing changes one', async () => {
  const stream = newStream();
  await store.append(stream, items(2));
  const set = (value: string) => `SELECT set_config('event_sourcing.removal', ${value}, true)`;
  const refused = expect.stringContaining('the log is append-only');
  expect(await refusal(`DELETE FROM ${EVENTS}`)).toEqual(refused);
  for (const value of ["'on'", "'true'", "'1'", "''", '(pg_current_xact_id()::text::bigint - 1)::text']) {
    expect([value, await refusal(set(value), `DELETE FROM ${EVENTS}`)]).toEqual([value, refused]);
  }
  const permit = set('pg_current_xact_id()::text');
  expect(await refusal(permit, `UPDATE ${EVENTS} SET payload = '{}'`)).toEqual(refused);
  expect(await refusal(permit, `TRUNCATE ${EVENTS}`)).toEqual(refused);
  // What maintenance permits itself ends with its own statement, also within its transaction.
  for (const call of [
    `${TEST_NAMES.of('remove_idle_streams')}('nobody', NULL, 0, '', '', 1)`,
    `${TEST_NAMES.of('forget_events')}('nobody', 1)`,
    `${TEST_NAMES.of('forget_streams')}('nobody')`,
  ]) {
    expect(await refusal(`SELECT * FROM ${call}`, `DELETE FROM ${EVENTS}`)).toEqual(refused);
  }
  expect(sequences(await collect(store.read(stream)))).toEqual([1, 2]);
});

test('a stream that somebody is appending to is passed over, and nobody waits', async () => {
  const stream = newStream();
  const { tenantId } = stream;
  const other = { ...stream, aggregateId: 'other' };
  for (const one of [stream, other]) await store.log.restore(one, storedItems(one, upTo(3)));
  await database!.connection.transaction(async (transaction) => {
    await transaction.query(appendEvents(TEST_NAMES, asAppendAll(prepareAppend(stream, items(1), {}, context))));
    expect(await store.log.removeIdle({ tenantId, before: BEFORE })).toEqual({ streams: 1, events: 3 });
  });
  expect(sequences(await collect(store.read(stream)))).toEqual(upTo(4));
  expect(await collect(store.read(other))).toEqual([]);
});

test('a stream that begins while its tenant is forgotten stays whole', async () => {
  const stream = newStream();
  const { tenantId } = stream;
  const begun = { ...stream, aggregateId: 'begun' };
  await store.append(stream, items(2));
  await database!.connection
    .transaction(async (holder) => {
      // The removal of the heads waits for this one, and so is there when the next stream begins.
      await holder.query({
        text: `SELECT FROM ${TEST_NAMES.of('streams')} WHERE tenant_id = $1 FOR UPDATE`,
        values: [tenantId],
      });
      const forgetting = store.log.forget(tenantId);
      await eventually(async () => expect(await waiting('forget_streams')).toBe(1));
      await store.append(begun, items(2));
      return { forgetting };
    })
    .then(({ forgetting }) => forgetting);
  expect(await store.head(begun)).toBe(2);
  expect(sequences(await collect(store.read(begun)))).toEqual([1, 2]);
  expect(await store.undispatched({ olderThanMs: 0, limit: 10_000 })).toContainEqual(
    expect.objectContaining({ stream: begun, from: 1, to: 2 }),
  );
  expect((await store.append(stream, items(1))).firstSequence).toBe(1);
});

/** How many calls of a function wait for a lock. */
async function waiting(name: string): Promise<number> {
  const rows = await database!.connection.query({
    text: `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%' || $1 || '%'`,
    values: [name],
  });
  return rows.length;
}

test('an append begins anew when its stream was forgotten in the middle of it', async () => {
  const stream = newStream();
  await store.append(stream, items(3));
  const append = await appendDuring(stream, {
    text: `SELECT ${TEST_NAMES.of('forget_streams')}('${stream.tenantId}')`,
  });
  expect(await append()).toMatchObject({ firstSequence: 1, lastSequence: 1 });
  expect(sequences(await collect(store.read(stream)))).toEqual([1]);
  expect(await store.head(stream)).toBe(1);
});

test('an append begins anew when the head of its stream was restored in the middle of it', async () => {
  const stream = newStream();
  const emptied = { ...stream, head: 5, recordedAt: LONG_AGO };
  const append = await appendDuring(stream, restoreEmptied(TEST_NAMES, emptied));
  expect(await append()).toMatchObject({ firstSequence: 6, lastSequence: 6 });
  expect(await store.head(stream)).toBe(6);
});

/** Begins an append while the statement has not been committed; it has read the head when it comes to wait. */
async function appendDuring(stream: StreamId, statement: PostgresStatement): Promise<() => Promise<AppendResult>> {
  return database!.connection.transaction(async (transaction) => {
    await transaction.query(statement);
    const append = store.append(stream, items(1, 'new'));
    const waiting = `SELECT 1 AS one FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'`;
    await vi.waitFor(async () => expect(await transaction.query({ text: waiting })).toHaveLength(1), {
      timeout: 5_000,
    });
    return () => append;
  });
}
