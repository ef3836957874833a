import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { EmbeddedDirectoryInUseError } from '../../../lib/clickhouse/embedded/embedded-directory-in-use.error.js';
import { EmbeddedExitedError } from '../../../lib/clickhouse/embedded/embedded-exited.error.js';
import { ClosedError } from '../../../lib/errors/closed.error.js';
import { InvalidArgumentError } from '../../../lib/errors/invalid-argument.error.js';
import { WriterLeaseHeldError } from '../../../lib/event-store/clickhouse/writer-lease-held.error.js';
import { RedisUnsuitableError } from '../../../lib/redis/redis-unsuitable.error.js';
import { StoreUnavailableError } from '../../../lib/event-store/store-unavailable.error.js';
import { clickhouse } from '../../../lib/storage/clickhouse-storage.js';
import type { ClickHouseStorage } from '../../../lib/storage/clickhouse-storage.js';
import type { ClickHouseStorageOptions } from '../../../lib/storage/clickhouse-storage-options.js';
import { ArbiterRequiredError } from '../../../lib/storage/arbiter-required.error.js';
import type { Storage } from '../../../lib/storage/storage.js';
import { createTenantId } from '../../../lib/tenancy/create-tenant-id.js';
import { newDatabaseName, startTestClickHouse } from '../../support/clickhouse-server.js';
import type { TestClickHouse } from '../../support/clickhouse-server.js';
import { collect } from '../../support/collect.js';
import { expectInvalid, expectRefused } from '../../support/expect-refused.js';
import { startTestRedis, type TestRedis } from '../../support/redis-server.js';
import { createStorageContext } from '../../support/storage-context.js';
import { items, newStream, sequences } from '../../../lib/testing/contract/event-store/event-store-cases.js';
import { UPDATED_AT } from '../../../lib/testing/contract/projection-store/projection-store-cases.js';
import { record } from '../../../lib/testing/contract/record-store/record-store-cases.js';

const opened: Storage[] = [];
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'clickhouse-storage-'));
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((storage) => storage.close()));
});
afterAll(async () => rm(directory, { recursive: true, force: true }));

async function open(options?: ClickHouseStorageOptions): Promise<ClickHouseStorage> {
  const storage = await clickhouse(options).open(await createStorageContext());
  opened.push(storage);
  return storage as ClickHouseStorage;
}

/** Fills all three stores, and says how to check that it is still there. */
async function fill(storage: Storage): Promise<(reopened: Storage) => Promise<void>> {
  const stream = newStream();
  const appended = await storage.events.append(stream, items(3), { key: 'k' });
  const projection = { tenantId: stream.tenantId, projection: 'summary', version: 1 };
  const row = { ...projection, id: 'one', sequence: 3, state: { n: 3 }, updatedAt: UPDATED_AT };
  const mapped = record({ ...projection, aggregateId: 'one' }, 1);
  await Promise.all([storage.projections.save([row]), storage.records.append([mapped])]);
  return async (reopened) => {
    expect(await collect(reopened.events.read(stream))).toEqual(appended.events);
    expect(await reopened.events.append(stream, items(3), { key: 'k' })).toEqual({ ...appended, repeated: true });
    expect(await reopened.projections.load([row])).toEqual([row]);
    expect(await reopened.records.read(mapped)).toEqual([mapped]);
    const next = await reopened.events.append(stream, items(1), { expectedSequence: 3 });
    expect(sequences(next.events)).toEqual([4]);
  };
}

describe('embedded', () => {
  const newPath = (): string => join(directory, randomUUID());

  test('keeps everything when it is closed and opened again on the same directory', async () => {
    const path = newPath();
    const first = await open({ path });
    await first.ping();
    const check = await fill(first);
    await first.close();
    const second = await open({ path });
    await check(second);
  });

  test('stores what was accepted before it closes, and refuses what comes after', async () => {
    const path = newPath();
    const storage = await open({ path });
    const stream = newStream();
    const appends = Array.from({ length: 20 }, () => storage.events.append(stream, items(1)));
    const closed = storage.close();
    const outcomes = await Promise.allSettled(appends);
    await closed;
    expect(outcomes.map(({ status }) => status)).toEqual(outcomes.map(() => 'fulfilled'));
    await expectRefused(() => storage.ping(), ClosedError);
    await expectRefused(() => storage.events.append(stream, items(1)), ClosedError);
    await expectRefused(
      () => storage.projections.load([{ ...stream, projection: 'p', version: 1, id: 'x' }]),
      ClosedError,
    );
    const reopened = await open({ path });
    expect(await reopened.events.head(stream)).toBe(20);
  });

  test('closes once, however often it is asked to, and leaves no process behind', async () => {
    const storage = await open({ path: newPath() });
    const pid = storage.embedded!.pid!;
    expect(process.kill(pid, 0)).toBe(true);
    await Promise.all([storage.close(), storage.close()]);
    await storage.close();
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  test('tells why it does not answer when its process was killed, closes all the same, and opens again', async () => {
    const path = newPath();
    const storage = await open({ path });
    const check = await fill(storage);
    process.kill(storage.embedded!.pid!, 'SIGKILL');
    await expect.poll(() => storage.embedded!.failure, { timeout: 10_000 }).not.toBeNull();
    const error = await expectRefused(() => storage.ping(), EmbeddedExitedError);
    expect(error.signal).toBe('SIGKILL');
    await storage.close();
    await check(await open({ path }));
  });

  test('is refused a directory that another one uses', async () => {
    const path = newPath();
    const first = await open({ path });
    await expectRefused(() => open({ path, lockTimeoutMs: 300 }), EmbeddedDirectoryInUseError);
    await first.ping();
  });

  test('leaves no process behind when it cannot be opened', async () => {
    const path = newPath();
    await expectInvalid(() => open({ path, database: 'no identifier' }), 'database');
    await expectInvalid(() => open({ path, eventStore: { maxBatchEvents: 0 } }), 'maxBatchEvents');
    // The directory is free again at once.
    await open({ path, lockTimeoutMs: 1 });
  });
});

describe('by url', () => {
  let server: TestClickHouse | undefined;
  let redis: TestRedis | undefined;

  beforeAll(async () => {
    server = await startTestClickHouse();
    redis = await startTestRedis();
  });
  afterAll(async () => {
    await server?.stop();
    await redis?.stop();
  });

  function options(): ClickHouseStorageOptions {
    const { url, username, password } = server!;
    return { url, username, password, database: newDatabaseName(), singleWriter: true };
  }

  test('keeps everything when it is closed and opened again', async () => {
    const same = options();
    const first = await open(same);
    const check = await fill(first);
    await first.close();
    await check(await open(same));
  });

  test('needs an arbiter, and names both ways', async () => {
    for (const singleWriter of [undefined, false]) {
      const error = await expectRefused(() => open({ ...options(), singleWriter }), ArbiterRequiredError);
      expect(error.message).toMatch(/redis: \{ host, port \}/);
      expect(error.message).toMatch(/singleWriter: true/);
    }
    await expectInvalid(() => open({ ...options(), singleWriter: true, redis: {} }), 'singleWriter');
  });

  test('lets several append with Redis as their arbiter', async () => {
    const { singleWriter: _, ...shared } = { ...options(), redis: { host: redis!.host, port: redis!.port } };
    const storages = await Promise.all([open(shared), open(shared), open(shared)]);
    await storages[0]!.ping();
    const stream = newStream();
    await Promise.all(storages.map((storage) => storage.events.append(stream, items(2))));
    expect(sequences(await collect(storages[1]!.events.read(stream)))).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('says at boot what is wrong with Redis', async () => {
    const { singleWriter: _, ...shared } = options();
    const nobody = { ...shared, redis: { host: '127.0.0.1', port: 1 } };
    await expectRefused(() => open(nobody), StoreUnavailableError);
    await redis!.client.config('SET', 'maxmemory-policy', 'allkeys-lru');
    const forgetful = { ...shared, redis: { url: `redis://127.0.0.1:${redis!.port}` } };
    const error = await expectRefused(() => open(forgetful), RedisUnsuitableError);
    expect(error.message).toMatch(/allkeys-lru.*Set maxmemory-policy noeviction/s);
    await redis!.client.config('SET', 'maxmemory-policy', 'noeviction');
    await open(forgetful);
    await expectInvalid(() => open({ ...shared, redis: { url: 'http://localhost' } }), 'redis.url');
  });

  test('is refused while another process appends, and let in when that has ended', async () => {
    const same = options();
    const first = await open(same);
    await expectRefused(() => open({ ...same, eventStore: { leaseWaitMs: 200 } }), WriterLeaseHeldError);
    await first.close();
    await open(same);
  });

  test('says that a server does not answer or does not let in', async () => {
    await expectRefused(() => open({ url: 'http://127.0.0.1:1', singleWriter: true }), StoreUnavailableError);
    await expectRefused(() => open({ ...options(), password: 'wrong' }), StoreUnavailableError);
  });

  test('is a server whatever else is given for the embedded one', async () => {
    const storage = await open({ ...options(), path: join(directory, 'unused'), lockTimeoutMs: 1 });
    expect(storage.embedded).toBeUndefined();
    await storage.ping();
  });

  test('refuses options that mean nothing', async () => {
    await expectInvalid(() => open({ url: '', singleWriter: true }), 'url');
    await expectInvalid(() => open({ url: 'clickhouse://host', singleWriter: true }), 'url');
    await expectRefused(() => open({ ...options(), database: "x'; DROP" }), InvalidArgumentError);
  });

  test('keeps tenants apart in one database', async () => {
    const storage = await open(options());
    const stream = newStream();
    await storage.events.append(stream, items(2));
    expect(await storage.events.head({ ...stream, tenantId: createTenantId('other') })).toBe(0);
  });
});
