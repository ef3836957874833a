import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { InvalidArgumentError } from '../../lib/errors/invalid-argument.error.js';
import { AppendConditionFailedError } from '../../lib/event-store/append-condition-failed.error.js';
import type { AppendCondition } from '../../lib/event-store/append-options.js';
import type { EventStore } from '../../lib/event-store/event-store.js';
import type { LogPosition } from '../../lib/event-store/log-position.js';
import { EVENT_STORE_MIGRATIONS } from '../../lib/event-store/postgres/migrations/index.js';
import { PostgresEventStore } from '../../lib/event-store/postgres/postgres-event-store.js';
import type { StreamId } from '../../lib/event-store/stream-id.js';
import { WrongExpectedSequenceError } from '../../lib/event-store/wrong-expected-sequence.error.js';
import type { EventId } from '../../lib/events/event-id.js';
import type { NewEvent } from '../../lib/events/new-event.js';
import { memory } from '../../lib/storage/memory-storage.js';
import type { Storage, StorageContext } from '../../lib/storage/storage.js';
import type { MigrationSet } from '../../lib/postgres/migrations.js';
import { createTenantId } from '../../lib/tenancy/create-tenant-id.js';
import type { TenantId } from '../../lib/tenancy/tenant-id.js';
import { openClickHouseEventStore } from '../support/clickhouse-event-store.js';
import { newDatabaseName, startTestClickHouse } from '../support/clickhouse-server.js';
import { collect } from '../support/collect.js';
import { ItemAdded, ItemRemoved, Noted } from '../support/contract-events.js';
import {
  startEmbeddedDatabase,
  startServerDatabase,
  TEST_NAMES,
  type TestDatabase,
} from '../support/postgres-database.js';
import { startTestRedis, type TestRedis } from '../support/redis-server.js';
import { createStorageContext } from '../support/storage-context.js';
import { step, type Body, type ModelCondition, type Step } from './event-store/model-steps.js';

interface Opened {
  readonly store: EventStore;
  stop(): Promise<void>;
}

const onPostgres =
  (start: (migrations: readonly MigrationSet[]) => Promise<TestDatabase>) =>
  async (context: StorageContext): Promise<Opened> => {
    const { connection, stop } = await start([EVENT_STORE_MIGRATIONS]);
    return { store: await PostgresEventStore.open({ ...context, connection, names: TEST_NAMES }), stop };
  };

const onClickHouse =
  (startArbiter: () => Promise<TestRedis | undefined>) =>
  async (context: StorageContext): Promise<Opened> => {
    const [server, redis] = await Promise.all([startTestClickHouse(), startArbiter()]);
    const connection = await server.connect(newDatabaseName());
    const options = { maxInsertMs: 1_000, flushDelayMs: 0 };
    const store = await openClickHouseEventStore(connection, options, context, await redis?.connect());
    return {
      store,
      stop: async () => {
        await store.close();
        await Promise.all([server.stop(), redis?.stop()]);
      },
    };
  };

/** Without what ClickHouse refuses, and without reads of the log as a whole, which there lack the latest events. */
const stepOnClickHouse = step
  .filter(({ call }) => !['appendAll', 'readAll', 'count'].includes(call))
  .map((one) => (one.call === 'append' ? { ...one, condition: undefined } : one));

const ON_ALL = ['append done', 'append WRONG_EXPECTED_SEQUENCE'];
const WITH_CONDITIONS = [
  ...ON_ALL,
  'append APPEND_CONDITION_FAILED',
  'appendAll done',
  'appendAll WRONG_EXPECTED_SEQUENCE',
  'appendAll APPEND_CONDITION_FAILED',
];

describe.each([
  ['postgres', onPostgres(startServerDatabase), 150, step, WITH_CONDITIONS],
  // Too few runs to reach the rare outcomes each time.
  ['pglite', onPostgres(startEmbeddedDatabase), 60, step, ON_ALL],
  ['clickhouse', onClickHouse(async () => undefined), 40, stepOnClickHouse, ON_ALL],
  ['clickhouse with Redis', onClickHouse(startTestRedis), 40, stepOnClickHouse, ON_ALL],
] as const)('an event store on %s', (_, open, numRuns, steps, outcomes) => {
  let opened: Opened | undefined;
  let context: StorageContext;
  let store: EventStore;
  let model: Storage;
  let run = 0;

  beforeAll(async () => {
    context = await createStorageContext();
    opened = await open(context);
    store = opened.store;
    model = await memory().open(context);
  });
  afterAll(async () => opened?.stop());

  test('answers any sequence of calls as the one in memory does', { timeout: 120_000 }, async () => {
    const reached = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { minLength: 5, maxLength: 25 }), async (calls) => {
        const streams = streamsOf((run += 1));
        // The embedded PostgreSQL answers without a turn of the event loop, which others need too.
        await turn();
        for (const one of calls) {
          const ids = Array.from({ length: 8 }, () => context.ids.next());
          const answered = await answer(store, streams, one, ids);
          expect(answered).toEqual(await answer(model.events, streams, one, ids));
          reached.add(`${one.call} ${(answered as { readonly error?: string } | null)?.error ?? 'done'}`);
        }
      }),
      { numRuns },
    );
    for (const outcome of outcomes) expect(reached).toContain(outcome);
  });
});

function streamsOf(run: number): readonly StreamId[] {
  return [0, 1, 2, 3].map((n) => ({
    tenantId: createTenantId(`tenant ${n % 2} of ${run}`),
    aggregateType: `type of ${run}`,
    aggregateId: n < 2 ? 'a' : 'ä😀',
  }));
}

/** What a call gave, without times and positions, which each store has of its own. Both stores get the same ids. */
async function answer(
  store: EventStore,
  streams: readonly StreamId[],
  one: Step,
  ids: readonly EventId[],
): Promise<unknown> {
  try {
    return comparable(await call(store, streams, one, ids));
  } catch (error) {
    if (error instanceof WrongExpectedSequenceError) {
      return comparable({ error: error.code, stream: error.stream, expected: error.expected, actual: error.actual });
    }
    if (error instanceof AppendConditionFailedError) return { error: error.code };
    // A key that only some of the streams know.
    if (error instanceof InvalidArgumentError) return { error: error.field };
    throw error;
  }
}

async function call(
  store: EventStore,
  streams: readonly StreamId[],
  one: Step,
  ids: readonly EventId[],
): Promise<unknown> {
  const tenant = (index: number): TenantId => streams[index]!.tenantId;
  switch (one.call) {
    case 'append': {
      const stream = streams[one.stream]!;
      const condition = await toCondition(store, stream.tenantId, one.condition);
      return store.append(stream, toEvents(one.bodies, ids), { ...one.options, condition });
    }
    case 'appendAll': {
      const parts = one.parts.map(({ second, bodies, expected }, index) => ({
        stream: streams[one.tenant + (second ? 2 : 0)]!,
        events: toEvents(bodies, ids.slice(4 * index)),
        expectedSequence: expected,
      }));
      const condition = await toCondition(store, tenant(one.tenant), one.condition);
      return store.appendAll(parts, { key: one.key, condition });
    }
    case 'readAll': {
      const tenantId = tenant(one.tenant);
      const { after, before, ...options } = one.options;
      const positions = { after: await back(store, tenantId, after), before: await back(store, tenantId, before) };
      return collect(store.readAll({ tenantId, ...options, ...positions }));
    }
    case 'count':
      return store.count({ tenantId: tenant(one.tenant), query: one.query });
    case 'undispatched': {
      const list = await store.undispatched({ olderThanMs: 0, limit: 10_000 });
      const own = list.filter(({ stream }) => stream.aggregateType === streams[0]!.aggregateType);
      return own.map(({ stream, from, to }) => [streams.findIndex((name) => isSame(name, stream)), from, to]).sort();
    }
    case 'dispatched':
      return store.dispatched([{ stream: streams[one.stream]!, from: one.from, to: one.from + one.more }]);
    case 'appended':
      return [...(await store.appended(streams[one.stream]!, one.keys))].sort(([a], [b]) => (a < b ? -1 : 1));
    case 'read':
      return collect(store.read(streams[one.stream]!, one.options));
    case 'head':
      return store.head(streams[one.stream]!);
    case 'exists':
      return store.exists(streams[one.stream]!);
    case 'heads': {
      const tenantId = one.tenant === undefined ? undefined : tenant(one.tenant);
      return collect(store.heads({ aggregateType: streams[0]!.aggregateType, tenantId, types: one.types }));
    }
  }
}

async function toCondition(
  store: EventStore,
  tenantId: TenantId,
  given: ModelCondition | undefined,
): Promise<AppendCondition | undefined> {
  return given && { query: given.query, after: await back(store, tenantId, given.after) };
}

/** The position of an event, counted from the last one of the tenant. */
async function back(store: EventStore, tenantId: TenantId, n: number | undefined): Promise<LogPosition | undefined> {
  if (n === undefined) return undefined;
  return (await collect(store.readAll({ tenantId, direction: 'backwards', limit: n + 1 })))[n]?.position;
}

function toEvents(bodies: readonly Body[], ids: readonly EventId[]): NewEvent[] {
  return bodies.map((given, index) => ({
    id: ids[index],
    data: toEvent(given),
    tags: given.tags,
    occurredAt: new Date(1_000 + index),
  }));
}

function toEvent(given: Body): object {
  if (given.kind === 'noted') return new Noted(given.body);
  return given.kind === 'added' ? new ItemAdded(given.name) : new ItemRemoved(given.name);
}

function isSame(a: StreamId, b: StreamId): boolean {
  return a.tenantId === b.tenantId && a.aggregateId === b.aggregateId;
}

function comparable(value: unknown): unknown {
  const own = (name: string): boolean => name === 'recordedAt' || name === 'position';
  return JSON.parse(JSON.stringify(value, (name, part: unknown) => (own(name) ? undefined : part)) ?? 'null');
}
