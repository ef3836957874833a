import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ClosedError } from '../../../lib/errors/closed.error.js';
import { StoreUnavailableError } from '../../../lib/event-store/store-unavailable.error.js';
import { EmbeddedDirectoryLockedError } from '../../../lib/postgres/embedded-directory-locked.error.js';
import type { PostgresStorageOptions } from '../../../lib/storage/postgres-storage-options.js';
import { postgres } from '../../../lib/storage/postgres-storage.js';
import type { Storage } from '../../../lib/storage/storage.js';
import { collect } from '../../support/collect.js';
import { expectInvalid, expectRefused } from '../../support/expect-refused.js';
import { startTestPostgres, type TestPostgres } from '../../support/postgres-server.js';
import { createStorageContext } from '../../support/storage-context.js';
import { items, newStream, sequences } from '../../../lib/testing/contract/event-store/event-store-cases.js';
import { UPDATED_AT } from '../../../lib/testing/contract/projection-store/projection-store-cases.js';
import { record } from '../../../lib/testing/contract/record-store/record-store-cases.js';

const opened: Storage[] = [];
let directory: string;
let server: TestPostgres | undefined;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'postgres-storage-'));
  server = await startTestPostgres();
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((storage) => storage.close()));
});
afterAll(async () => {
  await server?.stop();
  await rm(directory, { recursive: true, force: true });
});

async function open(options?: PostgresStorageOptions): Promise<Storage> {
  const storage = await postgres(options).open(await createStorageContext());
  opened.push(storage);
  return storage;
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

const kinds: Record<string, () => Promise<PostgresStorageOptions>> = {
  'embedded, on a directory': async () => ({ path: join(directory, randomUUID()) }),
  'on a server': async () => ({ connectionString: await server!.createDatabase() }),
};

describe.each(Object.entries(kinds))('%s', (_, newOptions) => {
  test('keeps everything when it is closed and opened again', async () => {
    const options = await newOptions();
    expect(postgres(options).durable).toBe(true);
    const first = await open(options);
    await first.ping();
    const check = await fill(first);
    await first.close();
    await check(await open(options));
  });

  test('stores what was accepted before it closes, and refuses what comes after', async () => {
    const options = await newOptions();
    const storage = await open(options);
    const stream = newStream();
    const appends = Array.from({ length: 20 }, () => storage.events.append(stream, items(1)));
    await Promise.all([storage.close(), storage.close()]);
    await Promise.all(appends);
    const key = { ...stream, projection: 'p', version: 1, id: 'x' };
    await expectRefused(() => storage.ping(), ClosedError);
    await expectRefused(() => storage.events.append(stream, items(1)), ClosedError);
    await expectRefused(() => storage.projections.load([key]), ClosedError);
    await expectRefused(() => storage.projections.list(key), ClosedError);
    await expectRefused(() => storage.records.read({ ...key, aggregateId: 'x' }), ClosedError);
    await expectRefused(() => collect(storage.records.counts('p', 1)), ClosedError);
    await expectRefused(() => collect(storage.projections.sequences('p', 1)), ClosedError);
    expect(await (await open(options)).events.head(stream)).toBe(20);
  });

  test('can be opened with other options after it was refused some', async () => {
    const options = await newOptions();
    await expectInvalid(() => open({ ...options, eventStore: { maxWaitingAppends: 0 } }), 'maxWaitingAppends');
    await expectInvalid(() => open({ ...options, schema: 'No Identifier' }), 'schema');
    await (await open(options)).ping();
  });
});

describe('embedded', () => {
  test('is refused a directory that another one uses, and gets that of a process that has ended', async () => {
    const path = join(directory, randomUUID());
    const first = await open({ path });
    await expectRefused(() => open({ path }), EmbeddedDirectoryLockedError);
    await first.ping();
    await first.close();
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    await writeFile(`${path}.lock`, `${pid}\n`);
    await (await open({ path })).ping();
  });

  test('is in memory without a directory, and says that it is not durable', async () => {
    expect(postgres()).toMatchObject({ name: 'postgres (embedded)', durable: false });
    expect(postgres({ connectionString: undefined }).durable).toBe(false);
    const [one, other] = [await open(), await open()];
    const stream = newStream();
    await one.events.append(stream, items(1));
    expect([await one.events.head(stream), await other.events.head(stream)]).toEqual([1, 0]);
  });
});

describe('on a server', () => {
  test('says that it does not answer or does not let in', async () => {
    const refused = { connectionString: 'postgres://127.0.0.1:1/none', connectTimeoutMs: 1_000 };
    await expectRefused(() => open(refused), StoreUnavailableError);
    const error = await expectRefused(
      () => open({ connectionString: `${server!.url}/no_such_database` }),
      StoreUnavailableError,
    );
    expect(error.message).toContain('no_such_database');
  });

  test('keeps installations in two schemas of one database apart', async () => {
    const connectionString = await server!.createDatabase();
    const one = await open({ connectionString, schema: 'one' });
    const other = await open({ connectionString, schema: 'other' });
    const stream = newStream();
    await one.events.append(stream, items(1));
    expect([await one.events.head(stream), await other.events.head(stream)]).toEqual([1, 0]);
  });

  test('is written by several at once', async () => {
    const connectionString = await server!.createDatabase();
    const storages = await Promise.all([open({ connectionString }), open({ connectionString })]);
    const stream = newStream();
    await Promise.all(storages.flatMap(({ events }) => [1, 2, 3].map(() => events.append(stream, items(1)))));
    expect(sequences(await collect(storages[0]!.events.read(stream)))).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('refuses options that mean nothing', async () => {
    await expectInvalid(() => open({ connectionString: '' }), 'connectionString');
    await expectInvalid(() => open({ connectionString: 'http://host' }), 'connectionString');
    const connectionString = `${server!.url}/postgres`;
    await expectInvalid(() => open({ connectionString, maxConnections: 0 }), 'maxConnections');
    await expectInvalid(() => open({ connectionString, connectTimeoutMs: -1 }), 'connectTimeoutMs');
    await expectInvalid(() => open({ connectionString, statementTimeoutMs: 1.5 }), 'statementTimeoutMs');
  });
});
