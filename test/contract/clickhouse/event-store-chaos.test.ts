import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AppendResult } from '../../../lib/event-store/append-result.js';
import type { StreamId } from '../../../lib/event-store/stream-id.js';
import { openClickHouseEventStore } from '../../support/clickhouse-event-store.js';
import { newDatabaseName, startTestClickHouse, type TestClickHouse } from '../../support/clickhouse-server.js';
import { collect } from '../../support/collect.js';
import { CuttingProxy, type Fate } from '../../support/cutting-proxy.js';
import { items, newStream, sequences, upTo } from '../../../lib/testing/contract/event-store/event-store-cases.js';

const PRODUCERS = 16;
const STREAMS = 12;
const APPENDS = 10;
const MAX_REPEATS = 200;

let server: TestClickHouse;

beforeAll(async () => {
  server = await startTestClickHouse();
});
afterAll(() => server.stop());

/** About half of the inserts go wrong in one way or the other; some arrive when nobody waits for them any more. */
function randomFate(): Fate {
  const chance = Math.random();
  if (chance < 0.5) return 'pass';
  if (chance < 0.65) return 'cut';
  if (chance < 0.8) return 'refuse';
  return Math.random() < 0.5 ? { delayMs: Math.random() * 1_200 } : { slowMs: Math.random() * 700 };
}

test('whatever happens to inserts, every key is stored exactly once, in order, without a hole', async () => {
  const proxy = await CuttingProxy.start(server.url);
  const database = newDatabaseName();
  const connection = await server.connect(database, { url: proxy.url });
  const direct = await server.connect(database);
  const store = await openClickHouseEventStore(connection, {
    exclusiveServer: true,
    maxInsertAttempts: 2,
    insertDeadlineMs: 500,
    maxInsertMs: 500,
    maxCachedStreams: 3,
    maxKeysPerStream: 20,
  });
  proxy.fate = (head) => (head.includes('INSERT INTO events') ? randomFate() : 'pass');

  const streams = upTo(STREAMS).map(() => newStream());
  const results: AppendResult[] = [];
  const failures = new Map<string, number>();
  const append = async (stream: StreamId, key: string): Promise<void> => {
    const events = items(1 + Math.floor(Math.random() * 3));
    for (let repeat = 0; repeat < MAX_REPEATS; repeat++) {
      try {
        results.push(await store.append(stream, events, { key }));
        return;
      } catch (error) {
        const { code } = error as { code: string };
        failures.set(code, (failures.get(code) ?? 0) + 1);
      }
    }
    throw new Error(`${key} was never stored`);
  };
  await Promise.all(
    upTo(PRODUCERS).map(async (producer) => {
      for (const turn of upTo(APPENDS)) await append(streams[(producer * turn) % STREAMS]!, `${producer}/${turn}`);
    }),
  );
  await proxy.settled();

  expect(results).toHaveLength(PRODUCERS * APPENDS);
  expect(failures.has('APPEND_OUTCOME_UNKNOWN')).toBe(true);
  // A batch that twice came too late was certainly not stored.
  failures.delete('APPEND_OUTCOME_UNKNOWN');
  failures.delete('STORE_UNAVAILABLE');
  expect([...failures.keys()]).toEqual([]);
  const logs = await Promise.all(streams.map((stream) => collect(store.read(stream))));
  for (const log of logs) expect(sequences(log)).toEqual(upTo(log.length));
  for (const { stream, firstSequence, lastSequence, events } of results) {
    const log = logs[streams.findIndex(({ tenantId }) => tenantId === stream.tenantId)]!;
    expect(log.slice(firstSequence - 1, lastSequence)).toEqual(events);
  }
  const stored = logs.reduce((sum, log) => sum + log.length, 0);
  expect(results.reduce((sum, { events }) => sum + events.length, 0)).toBe(stored);
  // No two events of one sequence either, which a read by sequence would show as one more.
  const [distinct] = await direct.query<{ n: string }>(
    'SELECT uniqExact(tenant_id, aggregate_id, sequence) AS n FROM events',
  );
  expect(Number(distinct!.n)).toBe(stored);
  await store.close();
  await proxy.stop();
}, 120_000);
