import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ClickHouseConnection } from '../../../lib/clickhouse/clickhouse-connection.js';
import { EmbeddedClickHouse } from '../../../lib/clickhouse/embedded-clickhouse.js';
import type { AppendResult } from '../../../lib/event-store/append-result.js';
import type { ClickHouseEventStore } from '../../../lib/event-store/clickhouse/clickhouse-event-store.js';
import type { StreamId } from '../../../lib/event-store/stream-id.js';
import { openClickHouseEventStore } from '../../support/clickhouse-event-store.js';
import { collect } from '../../support/collect.js';
import { items, newStream, sequences, upTo } from '../../../lib/testing/contract/event-store/event-store-cases.js';

const DATABASE = 'kill_test';
const PRODUCERS = 24;
const STREAMS = 5;
const ROUNDS = 3;

let path: string;
let running: { server: EmbeddedClickHouse; connection: ClickHouseConnection; store: ClickHouseEventStore };

async function start(): Promise<void> {
  const server = await EmbeddedClickHouse.start({ path });
  const { url, username, password } = server;
  const connection = await ClickHouseConnection.open({ url, username, password, database: DATABASE });
  const store = await openClickHouseEventStore(connection, { exclusiveServer: true, closeTimeoutMs: 0 });
  running = { server, connection, store };
}

async function stop(): Promise<void> {
  await running.store.close();
  await running.connection.close();
  await running.server.stop();
}

beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'clickhouse-kill-'));
  await start();
});
afterEach(async () => {
  await stop();
  await rm(path, { recursive: true, force: true });
});

test('kill -9 of the server in the middle of appends loses nothing acknowledged and leaves no hole', async () => {
  const streams = upTo(STREAMS).map(() => newStream());
  const acknowledged = new Map<string, AppendResult>();
  const unanswered: { stream: StreamId; key: string }[] = [];
  for (const round of upTo(ROUNDS)) {
    const { store, server } = running;
    const produce = async (producer: number): Promise<void> => {
      for (let turn = 0; ; turn++) {
        const stream = streams[(producer + turn) % STREAMS]!;
        const key = `${round}/${producer}/${turn}`;
        try {
          acknowledged.set(key, await store.append(stream, items(1 + (turn % 3)), { key }));
        } catch {
          unanswered.push({ stream, key });
          return;
        }
      }
    };
    const producers = upTo(PRODUCERS).map(produce);
    await new Promise((resolve) => setTimeout(resolve, 300 + round * 137));
    process.kill(server.pid!, 'SIGKILL');
    await Promise.all(producers);
    await stop();
    await start();
  }
  expect(acknowledged.size).toBeGreaterThan(PRODUCERS * ROUNDS);
  expect(unanswered).toHaveLength(PRODUCERS * ROUNDS);
  const { store } = running;
  for (const { stream, key } of unanswered) {
    acknowledged.set(key, { ...(await store.append(stream, items(1), { key })), repeated: false });
  }
  const logs = new Map<StreamId, Awaited<ReturnType<typeof readAll>>>();
  for (const stream of streams) logs.set(stream, await readAll(stream));
  for (const log of logs.values()) {
    expect(sequences(log)).toEqual(upTo(log.length));
    expect(new Set(log.map(({ id }) => id)).size).toBe(log.length);
  }
  let events = 0;
  for (const result of acknowledged.values()) {
    const log = logs.get(streams.find(({ tenantId }) => tenantId === result.stream.tenantId)!)!;
    expect(log.slice(result.firstSequence - 1, result.lastSequence)).toEqual(result.events);
    events += result.events.length;
  }
  expect([...logs.values()].reduce((sum, log) => sum + log.length, 0)).toBe(events);

  async function readAll(stream: StreamId) {
    return collect(store.read(stream));
  }
}, 120_000);
