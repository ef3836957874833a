import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ClickHouseConnection } from '../../../lib/clickhouse/clickhouse-connection.js';
import type { StreamId } from '../../../lib/event-store/stream-id.js';
import type { RecordedEvent } from '../../../lib/events/recorded-event.js';
import { createTenantId } from '../../../lib/tenancy/create-tenant-id.js';
import { openClickHouseEventStore } from '../../support/clickhouse-event-store.js';
import type { ClickHouseRacePlan, ClickHouseRaceResult } from '../../support/clickhouse-race-writer.js';
import { newDatabaseName, startTestClickHouse, type TestClickHouse } from '../../support/clickhouse-server.js';
import { collect } from '../../support/collect.js';
import { compile, type Compiled } from '../../support/compile.js';
import type { ItemAdded } from '../../support/contract-events.js';
import { type Racer, runRace, startRacer } from '../../support/race.js';
import { startTestRedis, type TestRedis } from '../../support/redis-server.js';
import { sequences, upTo } from '../../../lib/testing/contract/event-store/event-store-cases.js';

const PROCESSES = 4;
const WRITERS = 5;
const ROUNDS = 25;
const RACE_LIMIT_MS = 150_000;
/** So short that a process can be paused for longer than both. */
const OPTIONS = { insertDeadlineMs: 600, maxInsertMs: 1_000, maxInsertAttempts: 3 };
const PAUSED_MS = 2_500;

let server: TestClickHouse | undefined;
let redis: TestRedis | undefined;
let compiled: Compiled | undefined;

beforeAll(async () => {
  [compiled, server, redis] = await Promise.all([
    compile('test/support/clickhouse-race-writer.ts'),
    startTestClickHouse(),
    startTestRedis(),
  ]);
});
afterAll(async () => {
  await server?.stop();
  await redis?.stop();
  await compiled?.remove();
});

function startWriters(database: string): Racer[] {
  const { url, username, password } = server!;
  const plan = {
    clickhouse: { url, username, password },
    database,
    redisPort: redis!.port,
    options: OPTIONS,
    tenant: 'race',
    writers: WRITERS,
    rounds: ROUNDS,
  };
  return upTo(PROCESSES).map((n) => {
    const one: ClickHouseRacePlan = { ...plan, name: `p${n}` };
    return startRacer(compiled!, 'clickhouse-race-writer.js', one, RACE_LIMIT_MS);
  });
}

/** What must hold whatever went on during the race. */
async function checkLog(connection: ClickHouseConnection, results: readonly ClickHouseRaceResult[]): Promise<void> {
  const store = await openClickHouseEventStore(connection, OPTIONS, undefined, await redis!.connect());
  const log = (aggregateId: string): Promise<RecordedEvent[]> => {
    const stream: StreamId = { tenantId: createTenantId('race'), aggregateType: 'race', aggregateId };
    return collect(store.read(stream));
  };
  try {
    const wins = results.flatMap((result) => result.wins).sort((a, b) => a.round - b.round);
    expect(wins.map(({ round }) => round)).toEqual(upTo(ROUNDS - 1, 0));
    const expected = await log('expected');
    expect(sequences(expected)).toEqual(upTo(ROUNDS));
    expect(expected.map(nameOf)).toEqual(wins.map(({ round, writer }) => `${writer} ${round}`));
    // With one winner for all rounds nothing would have been contended.
    expect(new Set(wins.map(({ writer }) => writer.split('-')[0])).size).toBeGreaterThan(1);

    const firsts = results.flatMap((result) => result.firsts).sort();
    expect(firsts).toEqual(
      upTo(ROUNDS - 1, 0)
        .map((round) => `k${round}`)
        .sort(),
    );
    expect(sequences(await log('keyed'))).toEqual(upTo(2 * ROUNDS));

    const any = await log('any');
    expect(sequences(any)).toEqual(upTo(3 * PROCESSES * WRITERS * ROUNDS));
    const acknowledged = results.flatMap((result) => result.acknowledged);
    expect(acknowledged).toHaveLength(PROCESSES * WRITERS * ROUNDS);
    // Every acknowledged append stands where its caller was told, in one piece.
    const misplaced = acknowledged.filter(({ first, name }) =>
      any.slice(first - 1, first + 2).some((event) => nameOf(event) !== name),
    );
    expect(misplaced).toEqual([]);
    expect(any.every((event, n) => n === 0 || event.recordedAt >= any[n - 1]!.recordedAt)).toBe(true);
    // The rows themselves: no sequence has two events.
    const doubled = await connection.query(
      'SELECT aggregate_id, sequence FROM events GROUP BY aggregate_id, sequence HAVING uniqExact(event_id) > 1',
    );
    expect(doubled).toEqual([]);
  } finally {
    await store.close();
  }
}

async function newLog(): Promise<{ database: string; connection: ClickHouseConnection }> {
  const database = newDatabaseName();
  const connection = await server!.connect(database);
  // Makes the tables, so that the processes need not.
  await (await openClickHouseEventStore(connection, OPTIONS, undefined, await redis!.connect())).close();
  return { database, connection };
}

test(
  `lets exactly one of ${PROCESSES} × ${WRITERS} writers win each of ${ROUNDS} rounds, without a hole or a double`,
  { timeout: 2 * RACE_LIMIT_MS },
  async () => {
    const { database, connection } = await newLog();
    const results = await runRace<ClickHouseRaceResult>(startWriters(database), ROUNDS);
    await checkLog(connection, results);
    expect(results.map(({ repeats }) => repeats)).toEqual(results.map(() => 0));
  },
);

test(
  'keeps that while Redis is emptied and restarted and a writer is paused past its deadline',
  { timeout: 2 * RACE_LIMIT_MS },
  async () => {
    const { database, connection } = await newLog();
    const writers = startWriters(database);
    const paused: number[] = [];
    const results = await runRace<ClickHouseRaceResult>(writers, ROUNDS, async (round) => {
      // Some milliseconds into the round, where appends are under way.
      await sleep(5 + (round % 7) * 5);
      if (round % 10 === 3) await redis!.flush();
      if (round === 16) await redis!.restart('lost');
      if (round === 19) await redis!.restart('kept');
      if (round % 12 === 9) {
        const { child } = writers[round % writers.length]!;
        child.kill('SIGSTOP');
        await sleep(PAUSED_MS);
        child.kill('SIGCONT');
        paused.push(round);
      }
    });
    expect(paused).toEqual([9, 21]);
    await checkLog(connection, results);
    const epochs = await connection.query('SELECT epoch FROM arbiter_epochs');
    // The disturbances were felt: each loss of Redis has opened an epoch.
    expect(epochs.length).toBeGreaterThan(5);
  },
);

function nameOf({ data }: RecordedEvent): string {
  return (data as ItemAdded).name;
}
