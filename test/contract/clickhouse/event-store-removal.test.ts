import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { ClickHouseConnection } from '../../../lib/clickhouse/clickhouse-connection.js';
import type { ClickHouseEventStore } from '../../../lib/event-store/clickhouse/clickhouse-event-store.js';
import { WriterFencedError } from '../../../lib/event-store/clickhouse/writer-fenced.error.js';
import { StoreUnavailableError } from '../../../lib/event-store/store-unavailable.error.js';
import type { StreamId } from '../../../lib/event-store/stream-id.js';
import { openClickHouseEventStore } from '../../support/clickhouse-event-store.js';
import { newDatabaseName, startTestClickHouse, type TestClickHouse } from '../../support/clickhouse-server.js';
import { collect } from '../../support/collect.js';
import {
  items,
  LONG_AGO,
  newStream,
  sequences,
  storedItems,
  upTo,
} from '../../../lib/testing/contract/event-store/event-store-cases.js';

const BEFORE = LONG_AGO + 1_000;

let server: TestClickHouse;
let connection: ClickHouseConnection;
let store: ClickHouseEventStore;
let stream: StreamId;

beforeAll(async () => {
  server = await startTestClickHouse();
});
afterAll(() => server.stop());
beforeEach(async () => {
  connection = await server.connect(newDatabaseName());
  store = await openClickHouseEventStore(connection, { exclusiveServer: true });
  stream = newStream();
  await store.log.restore(stream, storedItems(stream, upTo(3), 'k'));
});

/** Has something happen right before the server gets a DELETE. */
function beforeDelete(happens: () => Promise<void>): void {
  const command = connection.command.bind(connection);
  connection.command = async (sql, ...rest) => {
    if (sql.includes('DELETE FROM events')) await happens();
    return command(sql, ...rest);
  };
}

test('a store that is opened anew knows the heads of emptied streams', async () => {
  const { tenantId } = stream;
  await store.log.removeIdle({ tenantId, before: BEFORE });
  await store.close();
  const next = await openClickHouseEventStore(connection, { exclusiveServer: true });
  expect((await next.append(stream, items(1), { expectedSequence: 3 })).firstSequence).toBe(4);
  await next.close();
});

test('an event that another process appends in between survives, and its sequence goes on', async () => {
  const { tenantId } = stream;
  const [row] = storedItems(stream, [4]);
  beforeDelete(() =>
    connection.insert('events', [
      {
        tenant_id: tenantId,
        aggregate_type: stream.aggregateType,
        aggregate_id: stream.aggregateId,
        sequence: 4,
        event_id: row!.event.id,
        event_type: row!.event.type,
        event_version: row!.event.version,
        occurred_at: new Date().toISOString(),
        recorded_at: new Date().toISOString(),
        idempotency_key: '',
        payload: row!.event.payload,
        metadata: '{}',
        epoch: 1,
      },
    ]),
  );
  expect(await store.log.removeIdle({ tenantId, before: BEFORE })).toEqual({ streams: 1, events: 3 });
  expect(sequences(await collect(store.read(stream)))).toEqual([4]);
  expect(await store.head(stream)).toBe(4);
  await store.close();
});

test('a removal that fails halfway leaves a whole stream, and is done by the next one', async () => {
  const { tenantId } = stream;
  let failures = 1;
  beforeDelete(async () => {
    if (failures-- > 0) throw new Error('cut');
  });
  await expect(store.log.removeIdle({ tenantId, before: BEFORE })).rejects.toBeInstanceOf(StoreUnavailableError);
  expect(sequences(await collect(store.read(stream)))).toEqual(upTo(3));
  expect((await store.append(stream, items(1), { key: 'k' })).repeated).toBe(true);
  expect(await store.log.removeIdle({ tenantId, before: BEFORE })).toEqual({ streams: 1, events: 3 });
  expect((await store.append(stream, items(1))).firstSequence).toBe(4);
  await store.close();
});

test('a process that is no longer the writer removes nothing', async () => {
  const { tenantId } = stream;
  const next = await openClickHouseEventStore(connection, { exclusiveServer: true });
  // Nothing has told it yet.
  await expect(store.log.forget(tenantId)).rejects.toBeInstanceOf(WriterFencedError);
  await expect(store.log.removeIdle({ tenantId, before: BEFORE })).rejects.toBeInstanceOf(WriterFencedError);
  expect(sequences(await collect(next.read(stream)))).toEqual(upTo(3));
  expect(await collect(next.log.emptied({ tenantId }))).toEqual([]);
  await next.close();
  await store.close();
});

test('a tenant that is forgotten stands still: what is appended meanwhile begins its streams anew', async () => {
  const { tenantId } = stream;
  const other = newStream();
  let late: Promise<unknown> | undefined;
  let foreign: unknown;
  beforeDelete(async () => {
    late ??= store.append(stream, items(2), { key: 'k' });
    foreign ??= await store.append(other, items(1));
  });
  expect(await store.log.forget(tenantId)).toEqual({ streams: 1, events: 3 });
  expect(await late).toMatchObject({ firstSequence: 1, lastSequence: 2, repeated: false });
  expect(foreign).toMatchObject({ firstSequence: 1 });
  expect(sequences(await collect(store.read(stream)))).toEqual([1, 2]);
  await store.close();
});

test('the bytes of what is removed are gone, and not only hidden', async () => {
  const { tenantId } = stream;
  const kept = newStream();
  await store.append(kept, items(1));
  await store.log.removeIdle({ tenantId, before: BEFORE });
  const count = async (): Promise<number> => {
    const [row] = await connection.query<{ n: string }>(
      'SELECT count() AS n FROM events',
      {},
      { apply_deleted_mask: 0 },
    );
    return Number(row!.n);
  };
  expect(await count()).toBe(1);
  await store.log.forget(kept.tenantId);
  expect(await count()).toBe(0);
  await store.close();
});
