import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AppendOptions } from '../../lib/event-store/append-options.js';
import type { EventStore } from '../../lib/event-store/event-store.js';
import { EVENT_STORE_MIGRATIONS } from '../../lib/event-store/postgres/migrations/index.js';
import { PostgresEventStore } from '../../lib/event-store/postgres/postgres-event-store.js';
import type { ReadOptions } from '../../lib/event-store/read-options.js';
import type { StreamId } from '../../lib/event-store/stream-id.js';
import { WrongExpectedSequenceError } from '../../lib/event-store/wrong-expected-sequence.error.js';
import { memory } from '../../lib/storage/memory-storage.js';
import type { Storage, StorageContext } from '../../lib/storage/storage.js';
import type { MigrationSet } from '../../lib/postgres/migrations.js';
import { createTenantId } from '../../lib/tenancy/create-tenant-id.js';
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
import { startTestRedis } from '../support/redis-server.js';
import { createStorageContext } from '../support/storage-context.js';

const TYPES = ['contract.item_added', 'contract.item_removed', 'contract.noted'];

/** One call, on one of a few streams of two tenants. */
type Step =
  | {
      readonly call: 'append';
      readonly stream: number;
      readonly bodies: readonly Body[];
      readonly options: AppendOptions;
    }
  | { readonly call: 'appended'; readonly stream: number; readonly keys: readonly string[] }
  | { readonly call: 'read'; readonly stream: number; readonly options: ReadOptions }
  | { readonly call: 'head'; readonly stream: number }
  | { readonly call: 'heads'; readonly tenant?: number; readonly types?: readonly string[] };

type Body =
  { readonly kind: 'added' | 'removed'; readonly name: string } | { readonly kind: 'noted'; readonly body: unknown };

const streamIndex = fc.integer({ min: 0, max: 3 });
const key = fc.constantFrom('k1', 'k2', 'k3', 'ключ 😀');
const body: fc.Arbitrary<Body> = fc.oneof(
  fc.record({ kind: fc.constantFrom('added' as const, 'removed' as const), name: fc.string({ unit: 'binary' }) }),
  fc.record({ kind: fc.constant('noted' as const), body: fc.jsonValue() }),
);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      call: fc.constant('append' as const),
      stream: streamIndex,
      bodies: fc.array(body, { minLength: 1, maxLength: 4 }),
      options: fc.record(
        {
          expectedSequence: fc.oneof(
            fc.constantFrom('any' as const, 'no-stream' as const, 'stream-exists' as const),
            fc.integer({ min: 0, max: 6 }),
          ),
          key,
        },
        { requiredKeys: [] },
      ),
    }),
  },
  fc.record({ call: fc.constant('appended' as const), stream: streamIndex, keys: fc.array(key) }),
  fc.record({
    call: fc.constant('read' as const),
    stream: streamIndex,
    options: fc.record(
      {
        from: fc.integer({ min: 1, max: 9 }),
        to: fc.integer({ min: 0, max: 9 }),
        limit: fc.integer({ min: 1, max: 5 }),
        direction: fc.constantFrom('forwards' as const, 'backwards' as const),
        types: fc.subarray([...TYPES, 'NUL \u0000', '\ud800']),
      },
      { requiredKeys: [] },
    ),
  }),
  fc.record({ call: fc.constant('head' as const), stream: streamIndex }),
  fc.record(
    {
      call: fc.constant('heads' as const),
      tenant: fc.integer({ min: 0, max: 1 }),
      types: fc.subarray([...TYPES, 'NUL \u0000']),
    },
    { requiredKeys: ['call'] },
  ),
);

interface Opened {
  readonly store: EventStore;
  stop(): Promise<void>;
}

const onPostgres =
  (start: (migrations: readonly MigrationSet[]) => Promise<TestDatabase>) =>
  async (context: StorageContext): Promise<Opened> => {
    const { connection, stop } = await start([EVENT_STORE_MIGRATIONS]);
    return { store: new PostgresEventStore({ ...context, connection, names: TEST_NAMES }), stop };
  };

async function onClickHouseWithRedis(context: StorageContext): Promise<Opened> {
  const [server, redis] = await Promise.all([startTestClickHouse(), startTestRedis()]);
  const connection = await server.connect(newDatabaseName());
  const options = { maxInsertMs: 1_000, flushDelayMs: 0 };
  const store = await openClickHouseEventStore(connection, options, context, await redis.connect());
  return {
    store,
    stop: async () => {
      await store.close();
      await Promise.all([server.stop(), redis.stop()]);
    },
  };
}

describe.each([
  ['postgres', onPostgres(startServerDatabase), 150],
  ['pglite', onPostgres(startEmbeddedDatabase), 60],
  ['clickhouse with Redis', onClickHouseWithRedis, 40],
] as const)('an event store on %s', (_, open, numRuns) => {
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
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
        const names = streamsOf((run += 1));
        for (const one of steps) {
          const identified = withIds(one, context);
          expect(await answer(store, names, identified)).toEqual(await answer(model.events, names, identified));
        }
      }),
      { numRuns },
    );
  });
});

function streamsOf(run: number): readonly StreamId[] {
  return [0, 1, 2, 3].map((n) => ({
    tenantId: createTenantId(`tenant ${n % 2} of ${run}`),
    aggregateType: `type of ${run}`,
    aggregateId: n < 2 ? 'a' : 'ä😀',
  }));
}

type Identified =
  Exclude<Step, { call: 'append' }> | (Step & { readonly call: 'append'; readonly ids: readonly string[] });

/** Both stores get the same ids. */
function withIds(one: Step, { ids }: StorageContext): Identified {
  return one.call === 'append' ? { ...one, ids: one.bodies.map(() => ids.next()) } : one;
}

/** What a call gave, without the times, which two clocks give. */
async function answer(store: EventStore, names: readonly StreamId[], one: Identified): Promise<unknown> {
  const give = async (): Promise<unknown> => {
    switch (one.call) {
      case 'append': {
        const events = one.bodies.map((given, index) => ({
          id: one.ids[index] as never,
          data: toEvent(given),
          occurredAt: new Date(1_000 + index),
        }));
        return store.append(names[one.stream]!, events, one.options);
      }
      case 'appended':
        return [...(await store.appended(names[one.stream]!, one.keys))].sort(([a], [b]) => (a < b ? -1 : 1));
      case 'read':
        return collect(store.read(names[one.stream]!, one.options));
      case 'head':
        return store.head(names[one.stream]!);
      case 'heads': {
        const tenantId = one.tenant === undefined ? undefined : names[one.tenant]!.tenantId;
        return collect(store.heads({ aggregateType: names[0]!.aggregateType, tenantId, types: one.types }));
      }
    }
  };
  try {
    return withoutTimes(await give());
  } catch (error) {
    if (!(error instanceof WrongExpectedSequenceError)) throw error;
    return { expected: error.expected, actual: error.actual };
  }
}

function toEvent(given: Body): object {
  if (given.kind === 'noted') return new Noted(given.body);
  return given.kind === 'added' ? new ItemAdded(given.name) : new ItemRemoved(given.name);
}

function withoutTimes(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (name, part: unknown) => (name === 'recordedAt' ? undefined : part)) ?? 'null',
  );
}
