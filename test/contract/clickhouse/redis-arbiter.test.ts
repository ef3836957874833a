import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { ClickHouseConnection } from '../../../lib/clickhouse/clickhouse-connection.js';
import { AppendOutcomeUnknownError } from '../../../lib/event-store/append-outcome-unknown.error.js';
import type { ClickHouseEventStore } from '../../../lib/event-store/clickhouse/clickhouse-event-store.js';
import type { ClickHouseEventStoreOptions } from '../../../lib/event-store/clickhouse/clickhouse-event-store-options.js';
import { toRow } from '../../../lib/event-store/clickhouse/event-row.js';
import { ArbiterKeys } from '../../../lib/event-store/clickhouse/redis-arbiter/arbiter-keys.js';
import { CLAIM_EPOCH } from '../../../lib/event-store/clickhouse/redis-arbiter/scripts/claim-epoch.js';
import { CONFIRM } from '../../../lib/event-store/clickhouse/redis-arbiter/scripts/confirm.js';
import { PUBLISH_EPOCH } from '../../../lib/event-store/clickhouse/redis-arbiter/scripts/publish-epoch.js';
import { RELEASE } from '../../../lib/event-store/clickhouse/redis-arbiter/scripts/release.js';
import { RESERVE } from '../../../lib/event-store/clickhouse/redis-arbiter/scripts/reserve.js';
import { SEED } from '../../../lib/event-store/clickhouse/redis-arbiter/scripts/seed.js';
import { FIND_LOG_ID } from '../../../lib/event-store/clickhouse/sql/find-log-id.js';
import { INSERT_EVENTS, insertEventsSettings } from '../../../lib/event-store/clickhouse/sql/insert-events.js';
import { streamKey } from '../../../lib/event-store/clickhouse/stream-key.js';
import { StoreUnavailableError } from '../../../lib/event-store/store-unavailable.error.js';
import type { StreamId } from '../../../lib/event-store/stream-id.js';
import { WrongExpectedSequenceError } from '../../../lib/event-store/wrong-expected-sequence.error.js';
import type { RedisConnection } from '../../../lib/redis/redis-connection.js';
import type { RedisScript } from '../../../lib/redis/redis-script.js';
import { beginInsert } from '../../support/begin-insert.js';
import { openClickHouseEventStore } from '../../support/clickhouse-event-store.js';
import { newDatabaseName, startTestClickHouse, type TestClickHouse } from '../../support/clickhouse-server.js';
import { collect } from '../../support/collect.js';
import { CuttingProxy, type Fate } from '../../support/cutting-proxy.js';
import { eventually } from '../../support/eventually.js';
import { expectRefused } from '../../support/expect-refused.js';
import { gate } from '../../support/gate.js';
import { startTestRedis, type TestRedis } from '../../support/redis-server.js';
import { createStorageContext } from '../../support/storage-context.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { items, newStream, sequences, upTo } from '../../../lib/testing/contract/event-store/event-store-cases.js';

const OPTIONS = { insertDeadlineMs: 600, maxInsertMs: 600, maxInsertAttempts: 2 };

let server: TestClickHouse;
let redis: TestRedis;
let direct: ClickHouseConnection;
let keys: ArbiterKeys;
/** In front of what store A uses; store B speaks to the servers themselves. */
let clickhouseProxy: CuttingProxy;
let redisProxy: TcpProxy;
let plain: RedisConnection;
let a: ClickHouseEventStore;
let b: ClickHouseEventStore;
let opened: ClickHouseEventStore[];

beforeAll(async () => {
  [server, redis] = await Promise.all([startTestClickHouse(), startTestRedis()]);
});
afterAll(async () => {
  await Promise.all([server?.stop(), redis?.stop()]);
});
beforeEach(async () => {
  opened = [];
  const database = newDatabaseName();
  direct = await server.connect(database);
  plain = await redis.connect();
  clickhouseProxy = await CuttingProxy.start(server.url);
  redisProxy = await TcpProxy.start(redis.port);
  b = await open(direct, plain);
  const through = await server.connect(database, { url: clickhouseProxy.url, requestTimeoutMs: 3_000 });
  a = await open(
    through,
    await redis.connect({ port: redisProxy.port, reconnectWaitMs: 300, commandTimeoutMs: 1_000 }),
  );
  const [row] = await direct.query<{ id: string }>(FIND_LOG_ID);
  keys = new ArbiterKeys(`${database}:${row!.id}`);
});
afterEach(async () => {
  clickhouseProxy.fate = () => 'pass';
  redisProxy.fate = 'pass';
  await Promise.all(opened.map((store) => store.close()));
  await Promise.all([clickhouseProxy.stop(), redisProxy.stop()]);
});

async function open(
  connection: ClickHouseConnection,
  over: RedisConnection,
  options: ClickHouseEventStoreOptions = {},
): Promise<ClickHouseEventStore> {
  const store = await openClickHouseEventStore(connection, { ...OPTIONS, ...options }, undefined, over);
  opened.push(store);
  return store;
}

/** The fates of the inserts of store A in their order; those after the last one pass. Resolves when the first is sent. */
function inserts(...list: readonly Fate[]): Promise<void> {
  const left = [...list];
  const { opened: sent, open: send } = gate();
  clickhouseProxy.fate = (head) => {
    if (!head.includes('INSERT INTO events')) return 'pass';
    send();
    return left.shift() ?? 'pass';
  };
  return sent;
}

/** The next call of the script by store A gets lost on its way there or back. */
function breakOnce(script: RedisScript, fate: 'lose' | 'cut'): void {
  let broken = false;
  redisProxy.fate = (sent) => {
    if (broken || !sent.includes(script.sha1)) return 'pass';
    broken = true;
    return fate;
  };
}

async function epoch(): Promise<string> {
  return (await redis.client.hget(keys.epoch, 'epoch'))!;
}

async function openReservations(): Promise<number> {
  return redis.client.hlen(keys.open(await epoch()));
}

/** Reserves as a writer does that is not heard of again. */
async function reserve(stream: StreamId, key = '', deadlineInMs = 200): Promise<{ id: string; token: string }> {
  const [id, field, now, current] = [`lost-${Math.random()}`, streamKey(stream), Date.now(), await epoch()];
  const token = `events-${current}-${id}`;
  const names = [keys.epoch, keys.open(current), keys.undispatched, keys.undispatchedRanges];
  const args = [current, id, token, now + deadlineInMs, 200, now, 60_000];
  const append = JSON.stringify([field, ['any', 1, key, -1]]);
  const call = (): Promise<unknown> => plain.run(RESERVE, [...names, keys.stream(current, field)], [...args, append]);
  let reply = (await call()) as ['ok', [string, string]];
  if (reply[1][0] === 'unknown') {
    const head = await b.head(stream);
    const text = JSON.stringify([field, reply[1][1], head, 0, 0]);
    await plain.run(SEED, [keys.undispatched, keys.undispatchedRanges, keys.stream(current, field)], [60_000, text]);
    reply = (await call()) as ['ok', [string, string]];
  }
  expect(reply[1][0]).toBe('judged');
  return { id, token };
}

async function insert(stream: StreamId, sequence: number, token: string, key?: string): Promise<void> {
  const event = {
    ...stream,
    id: (await createStorageContext()).ids.next(),
    sequence,
    type: 'contract.noted',
    version: 1,
    payload: '{"body":1}',
    tags: [],
    metadata: {},
    occurredAt: 0,
    recordedAt: 0,
  };
  const params = { epoch: await epoch(), deadline: Date.now() + 5_000 };
  const written = await direct.insertSelect(
    INSERT_EVENTS,
    [toRow(event, key)],
    params,
    insertEventsSettings(token, 5_000, {}),
  );
  expect(written).toBe(1);
}

for (const [name, script] of [
  ['reserve', RESERVE],
  ['confirm', CONFIRM],
  ['seed', SEED],
] as const) {
  for (const fate of ['lose', 'cut'] as const) {
    test(`a call of ${name} that gets lost (${fate}) is made good`, async () => {
      const stream = newStream();
      breakOnce(script, fate);
      expect((await a.append(stream, items(2), { key: 'k' })).firstSequence).toBe(1);
      expect((await b.append(stream, items(1))).firstSequence).toBe(3);
      expect(redisProxy.broken).toBe(1);
      expect((await a.append(stream, items(2), { key: 'k' })).repeated).toBe(true);
      expect(sequences(await collect(b.read(stream)))).toEqual([1, 2, 3]);
      await eventually(async () => expect(await openReservations()).toBe(0));
    });
  }
}

test('a server that has forgotten the scripts gets them again', async () => {
  const stream = newStream();
  await a.append(stream, items(1));
  await redis.client.script('FLUSH');
  expect((await b.append(stream, items(1))).firstSequence).toBe(2);
});

test('processes that open at the same time share one epoch', async () => {
  await redis.flush();
  await Promise.all([open(direct, plain), open(direct, await redis.connect()), open(direct, await redis.connect())]);
  expect(await direct.query('SELECT epoch FROM arbiter_epochs')).toHaveLength(2);
  expect((await direct.query<{ newest: string }>('SELECT max(epoch) AS newest FROM arbiter_epochs'))[0]!.newest).toBe(
    await epoch(),
  );
});

test('the first epoch of a log has no former insert to wait for', async () => {
  const store = await open(await server.connect(newDatabaseName()), plain, { maxInsertMs: 600_000 });
  expect((await store.append(newStream(), items(1))).firstSequence).toBe(1);
});

test('an epoch is published once only', async () => {
  const args = ['me', '99', ...keys.openParts];
  expect(await plain.run(CLAIM_EPOCH, [keys.claim], ['me', 5_000])).toBe(1);
  expect(await plain.run(CLAIM_EPOCH, [keys.claim], ['somebody', 5_000])).toBe(0);
  expect(await plain.run(PUBLISH_EPOCH, [keys.epoch, keys.claim], args)).toBe(1);
  expect(await plain.run(PUBLISH_EPOCH, [keys.epoch, keys.claim], args)).toBe(0);
  // It is no epoch of the log, so nobody works in it.
  expect((await b.append(newStream(), items(1))).firstSequence).toBe(1);
  expect(await epoch()).not.toBe('99');
});

test('while Redis is away appends say so and store nothing; reads and lookups go on', async () => {
  const stream = newStream();
  await a.append(stream, items(1), { key: 'known' });
  redisProxy.fate = 'lose';
  await expectRefused(() => a.append(stream, items(1), { key: 'k' }), StoreUnavailableError);
  expect([...(await a.appended(stream, ['known', 'k'])).keys()]).toEqual(['known']);
  expect(sequences(await collect(a.read(stream)))).toEqual([1]);
  redisProxy.fate = 'pass';
  expect(await a.append(stream, items(1), { key: 'k' })).toMatchObject({ firstSequence: 2, repeated: false });
});

test.each(['lost', 'kept'] as const)('after a restart of Redis (memory %s) sequences go on', async (memory) => {
  const stream = newStream();
  await a.append(stream, items(2), { key: 'k' });
  const former = await epoch();
  await redis.restart(memory);
  const results = await Promise.all([a.append(stream, items(1)), b.append(stream, items(1))]);
  expect(results.map(({ firstSequence }) => firstSequence).sort()).toEqual([3, 4]);
  expect((await b.append(stream, items(1), { key: 'k' })).repeated).toBe(true);
  expect(await epoch()).not.toBe(former);
  // What belonged to the former epoch cannot come back.
  expect(await redis.client.exists(keys.open(former))).toBe(0);
});

test('an insert that is under way when Redis is emptied is refused, and its append is decided about anew', async () => {
  const stream = newStream();
  await a.append(stream, items(1));
  const sent = inserts({ slowMs: 400 });
  const slow = a.append(stream, items(1), { key: 'slow' });
  await sent;
  await redis.flush();
  const other = await b.append(stream, items(1));
  const both = [other.firstSequence, (await slow).firstSequence];
  expect([...both].sort()).toEqual([2, 3]);
  expect(sequences(await collect(b.read(stream)))).toEqual([1, 2, 3]);
});

test('a reservation whose writer has died without an insert is released after its deadline', async () => {
  const stream = newStream();
  await b.append(stream, items(1));
  await b.dispatched([{ stream, from: 1, to: 1 }]);
  const { id } = await reserve(stream);
  const result = await b.append(stream, items(1), { key: 'k' });
  expect(result.firstSequence).toBe(2);
  // What the dead one may still have sent changes nothing.
  const field = streamKey(stream);
  const closing = [keys.open(await epoch()), keys.stream(await epoch(), field)];
  expect(await plain.run(CONFIRM, closing, [60_000, 10, field, id, 2])).toBe(0);
  expect(await plain.run(RELEASE, [closing[0]!, keys.undispatched, keys.undispatchedRanges], [field, id, 2])).toBe(0);
  expect((await a.append(stream, items(1), { expectedSequence: 2 })).firstSequence).toBe(3);
});

test('who asks for the undispatched streams closes the reservations of the dead among them', async () => {
  const [none, stored] = [newStream(), newStream()];
  await b.append(none, items(1));
  await b.dispatched([{ stream: none, from: 1, to: 1 }]);
  await reserve(none);
  const { token } = await reserve(stored);
  await insert(stored, 1, token);
  await eventually(async () => {
    const found = await b.undispatched({ olderThanMs: 0, limit: 10 });
    expect(found.map(({ stream, from, to }) => ({ stream, from, to }))).toEqual([{ stream: stored, from: 1, to: 1 }]);
    expect(await openReservations()).toBe(0);
  });
});

test('a reservation whose writer has died after its insert is confirmed, keys and all', async () => {
  const stream = newStream();
  await b.append(stream, items(1));
  const { token } = await reserve(stream, 'theirs');
  await insert(stream, 2, token, 'theirs');
  // A lookup does not wait for it: the log knows.
  expect([...(await b.appended(stream, ['theirs'])).keys()]).toEqual(['theirs']);
  const [again, next] = await Promise.all([
    a.append(stream, items(1), { key: 'theirs' }),
    b.append(stream, items(1), { expectedSequence: 2 }),
  ]);
  expect(again).toMatchObject({ repeated: true, firstSequence: 2 });
  expect(next.firstSequence).toBe(3);
});

test('a reservation whose insert still runs is not closed, however long its deadline has passed', async () => {
  const stream = newStream();
  await b.append(stream, items(1));
  const { token } = await reserve(stream);
  const finish = await beginInsert(server, direct, { epoch: await epoch(), stream, sequence: 2, token });
  const appended = b.append(stream, items(1));
  // Its deadline and its longest time have passed by far, but the server was slow, or stood still.
  await sleep(1_200);
  expect(await openReservations()).toBe(1);
  await finish();
  expect((await appended).firstSequence).toBe(3);
});

test('a new epoch waits for an insert of a former one that has begun', async () => {
  const stream = newStream();
  await b.append(stream, items(1));
  const { token } = await reserve(stream);
  const finish = await beginInsert(server, direct, { epoch: await epoch(), stream, sequence: 2, token });
  await redis.flush();
  const appended = b.append(stream, items(1));
  await sleep(1_500);
  expect(await redis.client.exists(keys.epoch)).toBe(0);
  await finish();
  expect((await appended).firstSequence).toBe(3);
});

test('an insert that comes after the deadline stores nothing, and its append follows the one that came before', async () => {
  const stream = newStream();
  await a.append(stream, items(1));
  const sent = inserts({ slowMs: 1_700 });
  const slow = a.append(stream, items(1), { key: 'slow' });
  await sent;
  expect((await b.append(stream, items(1))).firstSequence).toBe(2);
  expect(await slow).toMatchObject({ firstSequence: 3, repeated: false });
  expect(sequences(await collect(b.read(stream)))).toEqual([1, 2, 3]);
});

test('while an outcome is unknown nobody gets its sequence, and a repeat with the key is exactly once', async () => {
  const stream = newStream();
  await a.append(stream, items(1));
  void inserts('cut', 'cut');
  await expectRefused(() => a.append(stream, items(2), { key: 'k' }), AppendOutcomeUnknownError);
  expect((await b.append(stream, items(1))).firstSequence).toBe(4);
  expect(await a.append(stream, items(2), { key: 'k' })).toMatchObject({ repeated: true, firstSequence: 2 });
});

test('a stream that another process writes to holds up no other stream, and its appends keep their order', async () => {
  const [busy, free] = [newStream(), newStream()];
  await b.append(busy, items(1));
  const { id } = await reserve(busy, '', 60_000);
  const waiting = upTo(5).map((n) => b.append(busy, items(1, `${n}`)));
  for (const n of upTo(5)) expect((await b.append(free, items(1))).firstSequence).toBe(n);
  const field = streamKey(busy);
  await plain.run(RELEASE, [keys.open(await epoch()), keys.undispatched, keys.undispatchedRanges], [field, id, 2]);
  const results = await Promise.all(waiting);
  expect(results.map(({ firstSequence }) => firstSequence)).toEqual(upTo(6, 2));
});

test('a stream that stays busy fails its appends within the bound', async () => {
  const store = await open(direct, plain, { maxWaitMs: 500 });
  const stream = newStream();
  await store.append(stream, items(1));
  await reserve(stream, '', 60_000);
  await expectRefused(() => store.append(stream, items(1)), StoreUnavailableError);
});

test('keys that Redis has forgotten are looked up in the log', async () => {
  const [one, other] = [await open(direct, plain, { maxKeysPerStream: 3 }), b];
  const stream = newStream();
  for (const n of upTo(10)) await one.append(stream, items(1), { key: `k${n}` });
  expect(Number(await redis.client.hget(keys.stream(await epoch(), streamKey(stream)), 'keys'))).toBeLessThan(4);
  for (const n of upTo(10)) {
    expect(await other.append(stream, items(1), { key: `k${n}` })).toMatchObject({ repeated: true, firstSequence: n });
  }
  expect([...(await one.appended(stream, ['k1', 'k10', 'k11'])).keys()].sort()).toEqual(['k1', 'k10']);
  const both = await Promise.all([
    one.append(stream, items(1), { key: 'k11' }),
    other.append(stream, items(1), { key: 'k11' }),
  ]);
  expect(both.filter(({ repeated }) => !repeated)).toHaveLength(1);
});

test('a key that Redis has forgotten is looked up from the time on that is known of it', async () => {
  const [one, other] = [await open(direct, plain, { maxKeysPerStream: 2 }), b];
  const stream = newStream();
  const times = [Date.now() + 5_000, Date.now(), 0].map((time) => new Date(time));
  for (const [index, keySince] of times.entries()) {
    const { events } = await one.append(stream, items(1), { key: `k${index}`, keySince });
    expect(events[0]!.recordedAt.getTime()).toBeGreaterThanOrEqual(times[0]!.getTime());
  }
  for (const n of upTo(5)) await one.append(stream, items(1), { key: `later${n}` });
  for (const [index, keySince] of times.entries()) {
    const repeat = await other.append(stream, items(1), { key: `k${index}`, keySince });
    expect(repeat).toMatchObject({ repeated: true, firstSequence: index + 1 });
  }
});

test('a stream that has expired in Redis is seeded from the log', async () => {
  const store = await open(direct, plain, { arbiterTtlMs: 100 });
  const stream = newStream();
  await store.append(stream, items(2), { key: 'k' });
  const name = keys.stream(await epoch(), streamKey(stream));
  await eventually(async () => expect(await redis.client.exists(name)).toBe(0));
  expect((await store.append(stream, items(1), { key: 'k' })).repeated).toBe(true);
  await eventually(async () => expect(await redis.client.exists(name)).toBe(0));
  await expectRefused(() => store.append(stream, items(1), { expectedSequence: 1 }), WrongExpectedSequenceError);
  expect((await store.append(stream, items(1))).firstSequence).toBe(3);
});

test('what is appended waits to be dispatched, from before it is stored', async () => {
  const [one, other] = [newStream(), newStream({ aggregateId: 'ä:{x}*' })];
  await a.append(one, items(2));
  await b.append(other, items(1));
  await b.append(one, items(1));
  const list = await b.undispatched({ olderThanMs: 0, limit: 10 });
  expect(list).toMatchObject([
    { stream: one, from: 1, to: 3 },
    { stream: other, from: 1, to: 1 },
  ]);
  expect(Math.abs(list[0]!.since.getTime() - Date.now())).toBeLessThan(10_000);
  await a.dispatched([
    { stream: one, from: 1, to: 2 },
    { stream: other, from: 1, to: 1 },
  ]);
  expect(await b.undispatched({ olderThanMs: 0, limit: 10 })).toMatchObject([{ stream: one, from: 3, to: 3 }]);
  expect(await b.undispatched({ olderThanMs: 60_000, limit: 10 })).toEqual([]);
  // A reservation is noted at once, and taken back when it is released.
  const stream = newStream();
  const { id } = await reserve(stream);
  expect(await b.undispatched({ olderThanMs: 0, limit: 10 })).toContainEqual(
    expect.objectContaining({ stream, from: 1, to: 1 }),
  );
  const scriptKeys = [keys.open(await epoch()), keys.undispatched, keys.undispatchedRanges];
  await plain.run(RELEASE, scriptKeys, [streamKey(stream), id, 1]);
  expect(await b.undispatched({ olderThanMs: 0, limit: 10 })).toHaveLength(1);
});

test('stores what was accepted before it closes', async () => {
  const stream = newStream();
  const appends = upTo(20).map(() => a.append(stream, items(1)));
  await sleep(1);
  await a.close();
  await Promise.all(appends);
  expect(await b.head(stream)).toBe(20);
  expect(await openReservations()).toBe(0);
});
