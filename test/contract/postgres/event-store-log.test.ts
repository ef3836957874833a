import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { EVENT_STORE_MIGRATIONS } from '../../../lib/event-store/postgres/migrations/index.js';
import { PostgresEventStore } from '../../../lib/event-store/postgres/postgres-event-store.js';
import type { LogPosition } from '../../../lib/event-store/log-position.js';
import { Announcements } from '../../../lib/announcements/announcements.js';
import { AppendConditionFailedError } from '../../../lib/event-store/append-condition-failed.error.js';
import { migrate } from '../../../lib/postgres/migrator.js';
import { PoolConnection } from '../../../lib/postgres/pool-connection.js';
import type { PostgresQueryable } from '../../../lib/postgres/postgres-connection.js';
import { LiveEvents } from '../../../lib/subscriptions/live/live-events.js';
import type { TenantId } from '../../../lib/tenancy/tenant-id.js';
import { collect } from '../../support/collect.js';
import { ItemAdded, Noted } from '../../support/contract-events.js';
import { expectRefused } from '../../support/expect-refused.js';
import { gate } from '../../support/gate.js';
import { TEST_NAMES } from '../../support/postgres-database.js';
import { startTestPostgres, type TestPostgres } from '../../support/postgres-server.js';
import { createStorageContext } from '../../support/storage-context.js';
import { items, names, newStream, upTo } from '../../../lib/testing/contract/event-store/event-store-cases.js';

const EVENTS = TEST_NAMES.of('events');
const ORIGIN = TEST_NAMES.of('log_origin');

let server: TestPostgres | undefined;
const closers: (() => Promise<void>)[] = [];

beforeAll(async () => {
  server = await startTestPostgres();
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});
afterAll(async () => server?.stop());

async function openDatabase(): Promise<{ url: string; connection: PoolConnection }> {
  const url = await server!.createDatabase();
  const connection = await PoolConnection.open({ connectionString: url });
  closers.push(() => connection.close());
  await migrate(connection, TEST_NAMES, [EVENT_STORE_MIGRATIONS]);
  return { url, connection };
}

async function openStore(connection: PoolConnection): Promise<PostgresEventStore> {
  const store = await PostgresEventStore.open({ ...(await createStorageContext()), connection, names: TEST_NAMES });
  closers.push(() => store.close());
  return store;
}

/** A transaction that has its number, and that ends when it is told to. */
async function beginTransaction(
  connection: PoolConnection,
): Promise<{ end(how: 'commit' | 'roll back'): Promise<void> }> {
  const begun = gate();
  const ended = gate();
  let how: 'commit' | 'roll back' = 'commit';
  const done = connection
    .transaction(async (transaction: PostgresQueryable) => {
      await transaction.query({ text: 'SELECT pg_current_xact_id()' });
      begun.open();
      await ended.opened;
      if (how === 'roll back') throw new Error('rolled back');
    })
    .catch((error: unknown) => {
      if (how !== 'roll back') throw error;
    });
  await begun.opened;
  return {
    end: async (given) => {
      how = given;
      ended.open();
      await done;
    },
  };
}

/**
 * Lets the next append of a connection wait just before it ends, with its numbers given: `arrived` resolves then.
 * What runs inside the function is one statement, so the statement runs in a transaction that is held open.
 */
function holdNextAppend(connection: PoolConnection): { readonly arrived: Promise<void>; release(): void } {
  const query = connection.query.bind(connection);
  const arrived = gate();
  const released = gate();
  connection.query = async (statement) => {
    if (statement.name !== 'append_events') return query(statement);
    connection.query = query;
    return connection.transaction(async (transaction) => {
      const rows = await transaction.query(statement);
      arrived.open();
      await released.opened;
      return rows as never;
    });
  };
  return { arrived: arrived.opened, release: released.open };
}

describe('a live stream', () => {
  const WAIT = { timeout: 25_000 };
  test('with a rare filter goes past no transaction that is slow to commit', async () => {
    const { url, connection } = await openDatabase();
    const store = await openStore(connection);
    const slowConnection = await PoolConnection.open({ connectionString: url });
    closers.push(() => slowConnection.close());
    const slow = await openStore(slowConnection);
    const stream = newStream();
    const { tenantId } = stream;
    const announcements = new Announcements();
    const live = new LiveEvents(store, announcements, { maxReads: 4 });
    const looks = vi.spyOn(store, 'position');
    const seen: string[] = [];
    const subscription = live
      .events({ tenantId, from: 'beginning', events: [Noted] })
      .subscribe((event) => seen.push(event.data.body as string));
    closers.push(async () => subscription.unsubscribe());

    const held = holdNextAppend(slowConnection);
    const late = slow.append({ ...stream, aggregateId: 'slow' }, [{ data: new Noted('slow') }]);
    await held.arrived;
    await store.append(stream, items(3, 'quick'));
    announcements.announce(tenantId);
    // It has looked while the one that is slow stood before what is there.
    await vi.waitFor(() => expect(looks.mock.settledResults.length).toBeGreaterThan(1), WAIT);
    held.release();
    await late;
    await store.append(stream, [{ data: new Noted('last') }]);
    announcements.announce(tenantId);
    await vi.waitFor(() => expect(seen).toEqual(['slow', 'last']), WAIT);
  });
});

describe('a read of the log', () => {
  test.each(['commit', 'roll back'] as const)('skips no transaction that is slow to %s', async (how) => {
    const { url, connection } = await openDatabase();
    const store = await openStore(connection);
    const slowConnection = await PoolConnection.open({ connectionString: url });
    closers.push(() => slowConnection.close());
    const slow = await openStore(slowConnection);
    const stream = newStream();
    const { tenantId } = stream;
    const seen: string[] = [];
    let after: LogPosition | undefined;
    const poll = async (): Promise<void> => {
      for await (const event of store.readAll({ tenantId, after })) {
        seen.push((event.data as ItemAdded).name);
        after = event.position;
      }
    };

    await store.append(stream, items(1, 'first'));
    await poll();
    const held = how === 'commit' ? holdNextAppend(slowConnection) : undefined;
    const foreign = how === 'roll back' ? await beginTransaction(slowConnection) : undefined;
    const slowAppend = held && slow.append({ ...stream, aggregateId: 'slow' }, items(1, 'slow'));
    await held?.arrived;
    await store.append({ ...stream, aggregateId: 'fast' }, items(1, 'fast'));
    await poll();
    await poll();
    expect(seen).toEqual(['first1']);
    expect(await store.count({ tenantId })).toBe(1);

    held?.release();
    await slowAppend;
    await foreign?.end('roll back');
    await poll();
    expect(seen).toEqual(how === 'commit' ? ['first1', 'slow1', 'fast1'] : ['first1', 'fast1']);
    expect(names(await collect(store.readAll({ tenantId })))).toEqual(seen);
  });

  test('waits for a moment for what is older, so that a caller finds what it has appended', async () => {
    const { connection } = await openDatabase();
    const store = await openStore(connection);
    const stream = newStream();
    const foreign = await beginTransaction(connection);
    await store.append(stream, items(1));
    const looked = gate();
    const query = connection.query.bind(connection);
    let looks = 0;
    connection.query = async (statement) => {
      const rows = await query(statement);
      if (statement.name === 'read_position' && (looks += 1) === 2) looked.open();
      return rows as never;
    };
    const reading = collect(store.readAll({ tenantId: stream.tenantId }));
    const counting = store.count({ tenantId: stream.tenantId });
    // Both have seen that something older is under way.
    await looked.opened;
    await foreign.end('roll back');
    expect(names(await reading)).toEqual(['n1']);
    expect(await counting).toBe(1);
  });

  test('does not wait for what is older when it would give nothing new', async () => {
    const { connection } = await openDatabase();
    const store = await openStore(connection);
    const stream = newStream();
    await store.append(stream, items(1));
    const foreign = await beginTransaction(connection);
    const statements = vi.spyOn(connection, 'query');
    expect(names(await collect(store.readAll({ tenantId: stream.tenantId })))).toEqual(['n1']);
    expect(statements.mock.calls.filter(([{ name }]) => name === 'read_position')).toHaveLength(1);
    await foreign.end('commit');
  });

  test('keeps the order of every stream, also where transactions overlap', async () => {
    const { connection } = await openDatabase();
    const stores = await Promise.all([1, 2, 3].map(() => openStore(connection)));
    const stream = newStream();
    const streams = upTo(4).map((n) => ({ ...stream, aggregateId: `${n}` }));
    await Promise.all(
      upTo(120).map((n) => {
        const store = stores[n % stores.length]!;
        if (n % 2 === 0) return store.append(streams[n % 4]!, items(2));
        return store.appendAll(
          [streams[n % 4]!, streams[(n + 1) % 4]!].map((one) => ({ stream: one, events: items(1) })),
        );
      }),
    );
    const log = await collect(stores[0]!.readAll({ tenantId: stream.tenantId }));
    for (const { aggregateId } of streams) {
      const own = log.filter((event) => event.aggregateId === aggregateId).map(({ sequence }) => sequence);
      expect(own).toEqual(upTo(own.length));
    }
  });

  test('takes pages of bounded rows and bytes, in both directions', async () => {
    const { connection } = await openDatabase();
    const store = await openStore(connection);
    const stream = newStream();
    const large = 'x'.repeat(900_000);
    await store.append(
      stream,
      upTo(12).map((n) => ({ data: new Noted(`${n}${large}`), tags: ['large'] })),
    );
    await store.append(stream, items(2_500));
    const query = connection.query.bind(connection);
    const sizes: number[] = [];
    connection.query = async (statement) => {
      const rows = await query(statement);
      sizes.push(rows.length);
      return rows as never;
    };
    const { tenantId } = stream;
    const log = await collect(store.readAll({ tenantId }));
    expect(log.map(({ sequence }) => sequence)).toEqual(upTo(2_512));
    expect(Math.max(...sizes)).toBe(1_000);
    sizes.length = 0;
    const backwards = await collect(
      store.readAll({ tenantId, query: { tags: ['large'] }, direction: 'backwards', limit: 11 }),
    );
    expect(backwards.map(({ sequence }) => sequence)).toEqual(upTo(12, 2).reverse());
    expect(Math.max(...sizes)).toBe(5);
  });
});

test('a query that turns out to match very much is read along the log, without a seam', async () => {
  const { connection } = await openDatabase();
  const store = await openStore(connection);
  const stream = newStream();
  const events = upTo(10_000).map((n) => ({ data: new ItemAdded(`${n}`), tags: n % 10 === 0 ? [] : ['much'] }));
  for (let n = 0; n < 2; n++) await store.append(stream, events);
  const expected = upTo(20_000).filter((n) => n % 10 !== 0);
  const texts = new Set<string>();
  const query = connection.query.bind(connection);
  connection.query = (statement) => {
    texts.add(statement.text);
    return query(statement);
  };
  for (const direction of ['forwards', 'backwards'] as const) {
    texts.clear();
    const log = await collect(store.readAll({ tenantId: stream.tenantId, query: { tags: ['much'] }, direction }));
    const read = log.map(({ sequence }) => sequence);
    expect(direction === 'forwards' ? read : read.reverse()).toEqual(expected);
    // The position, the pages by contents and those along the log.
    expect(texts.size).toBe(3);
  }
});

test('a condition counts what was committed behind the position by an older transaction', async () => {
  const { url, connection } = await openDatabase();
  const store = await openStore(connection);
  const other = await PoolConnection.open({ connectionString: url });
  closers.push(() => other.close());
  const slow = await openStore(other);
  const stream = newStream();
  const { tenantId } = stream;
  const query = { tags: ['seat:1'] };
  const event = { data: new ItemAdded('seat'), tags: ['seat:1'] };
  const held = holdNextAppend(other);
  const slowAppend = slow.append({ ...stream, aggregateId: 'slow' }, [event]);
  await held.arrived;
  const after = await store.position(tenantId);
  // It must wait for the slow one: what that has not yet committed may match.
  const conditional = store.append({ ...stream, aggregateId: 'conditional' }, [event], { condition: { query, after } });
  const outcome = expectRefused(() => conditional, AppendConditionFailedError);
  // Others need not wait.
  await store.append({ ...stream, aggregateId: 'free' }, [{ data: new Noted('other') }], {
    condition: { query: { tags: ['seat:2'] }, after },
  });
  held.release();
  await slowAppend;
  await outcome;
  expect(await store.count({ tenantId, query })).toBe(1);
});

describe('a log that was moved to another cluster', () => {
  const FAR = 1_000_000_000_000;

  /** Makes it look as if the events came from a cluster whose transactions have far higher numbers. */
  async function move(connection: PoolConnection): Promise<void> {
    await connection.query({ text: `ALTER TABLE ${EVENTS} DISABLE TRIGGER events_are_final` });
    await connection.query({ text: `UPDATE ${EVENTS} SET transaction = transaction + ${FAR}` });
    await connection.query({ text: `ALTER TABLE ${EVENTS} ENABLE ALWAYS TRIGGER events_are_final` });
    await connection.query({ text: `UPDATE ${ORIGIN} SET cluster = 'another'` });
  }

  async function read(store: PostgresEventStore, tenantId: TenantId, after?: LogPosition): Promise<string[]> {
    return names(await collect(store.readAll({ tenantId, after })));
  }

  test('gives its events at once, and puts new ones behind them', async () => {
    const { connection } = await openDatabase();
    const stream = newStream();
    await (await openStore(connection)).append(stream, items(2, 'old'));
    await move(connection);
    const store = await openStore(connection);
    expect(await read(store, stream.tenantId)).toEqual(['old1', 'old2']);
    const middle = await store.position(stream.tenantId);
    await store.append(stream, items(2, 'new'));
    expect(await read(store, stream.tenantId)).toEqual(['old1', 'old2', 'new1', 'new2']);
    expect(await read(store, stream.tenantId, middle)).toEqual(['new1', 'new2']);
    const again = await openStore(connection);
    expect(await read(again, stream.tenantId)).toEqual(['old1', 'old2', 'new1', 'new2']);
    expect(await connection.query({ text: `SELECT xid_offset > ${FAR / 2} AS moved FROM ${ORIGIN}` })).toEqual([
      { moved: true },
    ]);
  });

  test('is taken over once by several that open it at once, while others append', async () => {
    const { connection } = await openDatabase();
    const stream = newStream();
    const before = await openStore(connection);
    await before.append(stream, items(1, 'old'));
    await move(connection);
    const stores = await Promise.all(upTo(5).map(() => openStore(connection)));
    await Promise.all(stores.map((store, n) => store.append({ ...stream, aggregateId: `${n}` }, items(1, `${n}-`))));
    const log = await read(stores[0]!, stream.tenantId);
    expect(log[0]).toBe('old1');
    expect(log).toHaveLength(6);
  });

  test('is compared by its highest number where the cluster may not be asked', async () => {
    const { connection } = await openDatabase();
    const stream = newStream();
    await (await openStore(connection)).append(stream, items(1, 'old'));
    await move(connection);
    const query = connection.query.bind(connection);
    const withoutRight = (text: string): string =>
      text.replace("has_function_privilege('pg_control_system()', 'EXECUTE')", 'false');
    const limited = Object.create(connection) as PoolConnection;
    limited.query = (statement) => query({ ...statement, text: withoutRight(statement.text) });
    limited.transaction = (work, timeoutMs) =>
      connection.transaction(
        (transaction) =>
          work({ query: (statement) => transaction.query({ ...statement, text: withoutRight(statement.text) }) }),
        timeoutMs,
      );
    for (let n = 0; n < 2; n++) {
      const store = await openStore(limited);
      await store.append(stream, items(1, `new${n}-`));
    }
    const store = await openStore(limited);
    expect(await read(store, stream.tenantId)).toEqual(['old1', 'new0-1', 'new1-1']);
  });
});
