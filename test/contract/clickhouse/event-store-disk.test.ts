import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { ClickHouseConnection } from '../../../lib/clickhouse/clickhouse-connection.js';
import { EmbeddedClickHouse } from '../../../lib/clickhouse/embedded-clickhouse.js';
import { AppendOutcomeUnknownError } from '../../../lib/event-store/append-outcome-unknown.error.js';
import type { ClickHouseEventStore } from '../../../lib/event-store/clickhouse/clickhouse-event-store.js';
import type { StreamId } from '../../../lib/event-store/stream-id.js';
import { StoreUnavailableError } from '../../../lib/event-store/store-unavailable.error.js';
import { openClickHouseEventStore } from '../../support/clickhouse-event-store.js';
import { collect } from '../../support/collect.js';
import { CAN_FREEZE, CAN_MOUNT, freeze, mountSmallDisk } from '../../support/small-disk.js';
import { items, newStream, sequences, upTo } from '../../../lib/testing/contract/event-store/event-store-cases.js';

const DISK_MB = 96;
const OPTIONS = { exclusiveServer: true, maxInsertAttempts: 2, insertDeadlineMs: 500, maxInsertMs: 500 };

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function open(path: string): Promise<ClickHouseEventStore> {
  const server = await EmbeddedClickHouse.start({ path });
  closers.push(() => server.stop());
  const { url, username, password } = server;
  const connection = await ClickHouseConnection.open({ url, username, password, database: 'disk_test' });
  closers.push(() => connection.close());
  const store = await openClickHouseEventStore(connection, OPTIONS);
  closers.push(() => store.close());
  return store;
}

/** What callers are told while nothing can be written, and that repeats store each append once afterwards. */
async function bearsIt(store: ClickHouseEventStore, breakIt: () => void, mendIt: () => void): Promise<void> {
  const streams: StreamId[] = upTo(8).map(() => newStream());
  for (const stream of streams) await store.append(stream, items(2), { key: 'before' });
  breakIt();
  try {
    const failed = await Promise.all(
      streams.map((stream) => store.append(stream, items(3), { key: 'k' }).catch((error: unknown) => error)),
    );
    for (const error of failed) {
      expect([StoreUnavailableError, AppendOutcomeUnknownError]).toContain((error as Error).constructor);
    }
    for (const stream of streams) expect(sequences(await collect(store.read(stream)))).toEqual([1, 2]);
  } finally {
    mendIt();
  }
  for (const stream of streams) {
    expect((await store.append(stream, items(3), { key: 'k' })).lastSequence).toBe(5);
    expect((await store.append(stream, items(9), { key: 'k' })).repeated).toBe(true);
    expect(sequences(await collect(store.read(stream)))).toEqual(upTo(5));
  }
}

describe.skipIf(!CAN_MOUNT)('a disk that is full (needs root on Linux)', () => {
  test('fails appends with typed errors, and takes their repeats when there is room again', async () => {
    const disk = mountSmallDisk(DISK_MB);
    closers.push(() => disk.unmount());
    const store = await open(join(disk.path, 'data'));
    await bearsIt(store, disk.fill, disk.free);
  });
});

describe.skipIf(!CAN_FREEZE)('a data directory that is read-only (needs chattr)', () => {
  test('fails appends with typed errors, and takes their repeats when it can be written again', async () => {
    const path = await mkdtemp(join(tmpdir(), 'clickhouse-frozen-'));
    closers.push(() => rm(path, { recursive: true, force: true }));
    const store = await open(path);
    await bearsIt(
      store,
      () => freeze(join(path, 'store'), true),
      () => freeze(join(path, 'store'), false),
    );
  });
});
