import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { ClickHouseConnection } from '../../../lib/clickhouse/clickhouse-connection.js';
import type { ClickHouseEventStore } from '../../../lib/event-store/clickhouse/clickhouse-event-store.js';
import { StoreUnavailableError } from '../../../lib/event-store/store-unavailable.error.js';
import { beginInsert } from '../../support/begin-insert.js';
import { openClickHouseEventStore } from '../../support/clickhouse-event-store.js';
import { newDatabaseName, startTestClickHouse, type TestClickHouse } from '../../support/clickhouse-server.js';
import { eventually } from '../../support/eventually.js';
import { startTestRedis, type TestRedis } from '../../support/redis-server.js';
import { items, newStream } from '../../../lib/testing/contract/event-store/event-store-cases.js';

const OPTIONS = { insertDeadlineMs: 600, maxInsertMs: 600 };

let server: TestClickHouse;
let redis: TestRedis;
let direct: ClickHouseConnection;
let a: ClickHouseEventStore;
let b: ClickHouseEventStore;

beforeAll(async () => {
  [server, redis] = await Promise.all([startTestClickHouse(), startTestRedis({ appendonly: 'yes' })]);
});
afterAll(() => Promise.all([server?.stop(), redis?.stop()]));
beforeEach(async () => {
  const database = newDatabaseName();
  direct = await server.connect(database);
  const open = async (): Promise<ClickHouseEventStore> => {
    const over = await redis.connect({ reconnectWaitMs: 300 });
    return openClickHouseEventStore(await server.connect(database), OPTIONS, undefined, over);
  };
  a = await open();
  b = await open();
});
afterEach(() => Promise.all([a.close(), b.close()]));

const epochs = async (): Promise<number> => (await direct.query('SELECT 1 FROM arbiter_epochs')).length;

test('the life of the list is the same in all processes, and through an epoch that was opened on purpose', async () => {
  const life = await a.undispatchedLife();
  const before = await epochs();
  await b.append(newStream(), items(1));
  await b.log.forget(newStream().tenantId);
  await b.log.forget(newStream().tenantId);
  expect(await epochs()).toBe(before + 2);
  expect([await a.undispatchedLife(), await b.undispatchedLife()]).toEqual([life, life]);
});

test('it is another one when Redis was emptied, before and after an append notices it', async () => {
  const lives = [await a.undispatchedLife()];
  await redis.flush();
  lives.push(...(await Promise.all([a.undispatchedLife(), b.undispatchedLife()])));
  expect(lives[2]).toBe(lives[1]);
  await redis.flush();
  await a.append(newStream(), items(1));
  lives.push(await b.undispatchedLife());
  expect(new Set(lives).size).toBe(3);
});

test.each(['kept', 'lost'] as const)('it is another one when Redis was restarted (memory %s)', async (memory) => {
  const before = await a.undispatchedLife();
  await redis.restart(memory);
  const after = await a.undispatchedLife();
  expect(after).not.toBe(before);
  // The epoch that is opened on purpose in the new life belongs to it.
  await a.log.forget(newStream().tenantId);
  expect(await b.undispatchedLife()).toBe(after);
});

test('a life that is named has an end of all inserts of the former one', async () => {
  const stream = newStream();
  await b.append(stream, items(1));
  const epoch = (await direct.query<{ newest: string }>('SELECT max(epoch) AS newest FROM arbiter_epochs'))[0]!.newest;
  const end = await beginInsert(server, direct, { epoch, stream, sequence: 2 });
  await redis.flush();
  let named = false;
  const life = a.undispatchedLife().then(() => void (named = true));
  await eventually(async () => expect(await epochs()).toBe(2));
  expect(named).toBe(false);
  await end();
  await life;
  expect(await a.head(stream)).toBe(2);
});

test('it cannot be asked for while Redis is away', async () => {
  await redis.kill();
  try {
    // As the connection breaks, and when there is none.
    await expect(a.undispatchedLife()).rejects.toThrow(StoreUnavailableError);
    await expect(a.undispatchedLife()).rejects.toThrow(StoreUnavailableError);
  } finally {
    await redis.start();
  }
});
