import { setTimeout as sleep } from 'node:timers/promises';
import { ClickHouseConnection } from '../../lib/clickhouse/clickhouse-connection.js';
import { ServerClock } from '../../lib/clickhouse/server-clock.js';
import { OutageError } from '../../lib/errors/outage.error.js';
import { ClickHouseEventStore } from '../../lib/event-store/clickhouse/clickhouse-event-store.js';
import type { ClickHouseEventStoreOptions } from '../../lib/event-store/clickhouse/clickhouse-event-store-options.js';
import type { AppendOptions } from '../../lib/event-store/append-options.js';
import type { AppendResult } from '../../lib/event-store/append-result.js';
import type { StreamId } from '../../lib/event-store/stream-id.js';
import { WrongExpectedSequenceError } from '../../lib/event-store/wrong-expected-sequence.error.js';
import { RedisConnection } from '../../lib/redis/redis-connection.js';
import { createTenantId } from '../../lib/tenancy/create-tenant-id.js';
import { ItemAdded } from './contract-events.js';
import { runRounds } from './run-rounds.js';
import { createStorageContext } from './storage-context.js';

/** What one process of a race is told, as JSON in its first argument. */
export interface ClickHouseRacePlan {
  readonly clickhouse: { readonly url: string; readonly username: string; readonly password: string };
  readonly database: string;
  readonly redisPort: number;
  readonly options: ClickHouseEventStoreOptions;
  readonly tenant: string;
  readonly name: string;
  readonly writers: number;
  readonly rounds: number;
}

/** What it answers on stdout. */
export interface ClickHouseRaceResult {
  /** Rounds that a writer of this process won, with its name. */
  readonly wins: readonly { readonly round: number; readonly writer: string }[];
  /** Keys that a writer of this process was the first to append. */
  readonly firsts: readonly string[];
  /** Sequences of its acknowledged appends of three events, with what they hold. */
  readonly acknowledged: readonly { readonly first: number; readonly name: string }[];
  /** Calls that failed because of an outage and were repeated. */
  readonly repeats: number;
}

const PAUSE_MS = 50;

const plan = JSON.parse(process.argv[2]!) as ClickHouseRacePlan;
const context = await createStorageContext();
const redisOptions = { host: '127.0.0.1', port: plan.redisPort, commandTimeoutMs: 2_000 };

// Writers with stores of their own: one store would let its appends to a stream queue up in this process.
const writers = await Promise.all(
  Array.from({ length: plan.writers }, async (_, index) => {
    const connection = await ClickHouseConnection.open({
      ...plan.clickhouse,
      database: plan.database,
      requestTimeoutMs: 5_000,
      maxOpenConnections: 4,
    });
    const redis = await RedisConnection.open(redisOptions);
    const tools = { ...context, connection, serverClock: new ServerClock(connection), redis };
    const store = await ClickHouseEventStore.open(tools, plan.options);
    return { name: `${plan.name}-${index}`, store, connection, redis };
  }),
);
const wins: { round: number; writer: string }[] = [];
const firsts: string[] = [];
const acknowledged: { first: number; name: string }[] = [];
let repeats = 0;

await runRounds(plan.rounds, (round) => Promise.all(writers.map(({ name, store }) => race(name, store, round))));
process.stdout.write(`${JSON.stringify({ wins, firsts, acknowledged, repeats } satisfies ClickHouseRaceResult)}\n`);
for (const { store, connection, redis } of writers) {
  await store.close();
  redis.close();
  await connection.close();
}
process.stdin.destroy();

function raceStream(aggregateId: 'expected' | 'keyed' | 'any'): StreamId {
  return { tenantId: createTenantId(plan.tenant), aggregateType: 'race', aggregateId };
}

async function race(writer: string, store: ClickHouseEventStore, round: number): Promise<void> {
  const name = `${writer} ${round}`;
  await Promise.all([
    (async () => {
      try {
        // The key tells a repeat after an outage from the append of another writer.
        await untilAnswered(store, 'expected', [name], { expectedSequence: round, key: name });
        wins.push({ round, writer });
      } catch (error) {
        if (!(error instanceof WrongExpectedSequenceError)) throw error;
      }
    })(),
    (async () => {
      const { result } = await untilAnswered(store, 'keyed', [name, name], { key: `k${round}` });
      const stored = (result.events[0]!.data as ItemAdded).name;
      if (stored === name) firsts.push(`k${round}`);
    })(),
    (async () => {
      // By one store of the process, so that its batches hold the appends of several.
      const { result } = await untilAnswered(writers[0]!.store, 'any', [name, name, name], { key: name });
      acknowledged.push({ first: result.firstSequence, name });
    })(),
  ]);
}

/** As a command lane does: an outage is waited for, and the append repeated with its key. */
async function untilAnswered(
  store: ClickHouseEventStore,
  id: Parameters<typeof raceStream>[0],
  names: readonly string[],
  options: AppendOptions,
): Promise<{ result: AppendResult }> {
  for (;;) {
    try {
      const events = names.map((name) => ({ data: new ItemAdded(name) }));
      return { result: await store.append(raceStream(id), events, options) };
    } catch (error) {
      if (!(error instanceof OutageError)) throw error;
      repeats += 1;
      await sleep(PAUSE_MS);
    }
  }
}
