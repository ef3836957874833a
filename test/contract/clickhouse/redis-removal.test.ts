import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { ClickHouseConnection } from '../../../lib/clickhouse/clickhouse-connection.js';
import type { ClickHouseEventStore } from '../../../lib/event-store/clickhouse/clickhouse-event-store.js';
import { openClickHouseEventStore } from '../../support/clickhouse-event-store.js';
import { newDatabaseName, startTestClickHouse, type TestClickHouse } from '../../support/clickhouse-server.js';
import { collect } from '../../support/collect.js';
import { startTestRedis, type TestRedis } from '../../support/redis-server.js';
import {
  items,
  LONG_AGO,
  newStream,
  sequences,
  storedItems,
  upTo,
} from '../../../lib/testing/contract/event-store/event-store-cases.js';

const OPTIONS = { insertDeadlineMs: 600, maxInsertMs: 600 };
const BEFORE = LONG_AGO + 1_000;

let server: TestClickHouse;
let redis: TestRedis;
/** Of store A. */
let connection: ClickHouseConnection;
let a: ClickHouseEventStore;
let b: ClickHouseEventStore;

beforeAll(async () => {
  [server, redis] = await Promise.all([startTestClickHouse(), startTestRedis()]);
});
afterAll(() => Promise.all([server?.stop(), redis?.stop()]));
beforeEach(async () => {
  const database = newDatabaseName();
  connection = await server.connect(database);
  a = await openClickHouseEventStore(connection, OPTIONS, undefined, await redis.connect());
  b = await openClickHouseEventStore(await server.connect(database), OPTIONS, undefined, await redis.connect());
});
afterEach(() => Promise.all([a.close(), b.close()]));

test('retention goes on in the epoch that another process has opened', async () => {
  const stream = newStream();
  await a.log.restore(stream, storedItems(stream, upTo(3)));
  await b.log.forget(newStream().tenantId);
  expect(await a.log.removeIdle({ tenantId: stream.tenantId, before: BEFORE })).toEqual({ streams: 1, events: 3 });
  expect((await b.append(stream, items(1), { expectedSequence: 3 })).firstSequence).toBe(4);
});

test('a head that was looked up before its tenant was forgotten is not written afterwards', async () => {
  const stream = newStream();
  const { tenantId } = stream;
  await a.log.restore(stream, storedItems(stream, upTo(3)));
  const insertSelect = connection.insertSelect.bind(connection);
  let forgotten = false;
  connection.insertSelect = async (sql, ...rest) => {
    if (sql.includes('INTO emptied_streams') && !forgotten) {
      forgotten = true;
      await b.log.forget(tenantId);
    }
    return insertSelect(sql, ...rest);
  };
  expect(await a.log.removeIdle({ tenantId, before: BEFORE })).toEqual({ streams: 0, events: 0 });
  expect(await collect(b.log.emptied({ tenantId }))).toEqual([]);
  expect((await b.append(stream, items(1))).firstSequence).toBe(1);
});

test('a stream that begins anew in another process while its tenant is forgotten has no hole', async () => {
  const stream = newStream();
  await b.append(stream, items(3));
  const command = connection.command.bind(connection);
  connection.command = async (sql, ...rest) => {
    if (sql.includes('DELETE FROM events')) void appendInB();
    return command(sql, ...rest);
  };
  const appends: Promise<unknown>[] = [];
  const appendInB = async (): Promise<void> => {
    const append = b.append(stream, items(1));
    appends.push(append);
    await append;
    appends.push(b.append(stream, items(1)));
  };
  await a.log.forget(stream.tenantId);
  while (appends.length > 0) await appends.shift();
  await b.append(stream, items(1));
  const left = sequences(await collect(a.read(stream)));
  expect(left).toEqual(upTo(left.length));
});
