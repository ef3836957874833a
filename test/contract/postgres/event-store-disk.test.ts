import { afterEach, describe, expect, test } from 'vitest';
import { AppendOutcomeUnknownError } from '../../../lib/event-store/append-outcome-unknown.error.js';
import { EVENT_STORE_MIGRATIONS } from '../../../lib/event-store/postgres/migrations/index.js';
import { PostgresEventStore } from '../../../lib/event-store/postgres/postgres-event-store.js';
import { StoreUnavailableError } from '../../../lib/event-store/store-unavailable.error.js';
import { migrate } from '../../../lib/postgres/migrator.js';
import { PoolConnection } from '../../../lib/postgres/pool-connection.js';
import { collect } from '../../support/collect.js';
import { TEST_NAMES } from '../../support/postgres-database.js';
import { startTestPostgres } from '../../support/postgres-server.js';
import { CAN_MOUNT, mountSmallDisk } from '../../support/small-disk.js';
import { createStorageContext } from '../../support/storage-context.js';
import { items, newStream, sequences, upTo } from '../../../lib/testing/contract/event-store/event-store-cases.js';

const DISK_MB = 160;
/** Far more than the server has room for without asking for more. */
const LARGE = 'x'.repeat(200_000);

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

describe.skipIf(!CAN_MOUNT)('a disk that is full (needs root on Linux)', () => {
  test('fails appends with typed errors, loses nothing, and takes their repeats when there is room again', async () => {
    const disk = mountSmallDisk(DISK_MB);
    closers.push(() => disk.unmount());
    const server = await startTestPostgres({ directory: disk.path, settings: { fsync: 'on' } });
    closers.push(() => server.stop());
    const connection = await PoolConnection.open({ connectionString: await server.createDatabase() });
    await migrate(connection, TEST_NAMES, [EVENT_STORE_MIGRATIONS]);
    const store = await PostgresEventStore.open({
      ...(await createStorageContext()),
      connection,
      names: TEST_NAMES,
    });
    closers.push(() => connection.close());
    closers.push(() => store.close());

    const stream = newStream();
    await store.append(stream, items(2), { key: 'before' });
    disk.fill();
    // Incompressible texts would do as well; what counts is that the server must ask the disk for more.
    const failures: unknown[] = [];
    for (let n = 0; failures.length < 3 && n < 400; n++) {
      await store
        .append({ ...stream, aggregateId: `s${n}` }, items(20, `${n}${LARGE}`), { key: 'k' })
        .catch((error: unknown) => failures.push(error));
    }
    expect(failures).toHaveLength(3);
    for (const error of failures) {
      expect([StoreUnavailableError, AppendOutcomeUnknownError]).toContain((error as Error).constructor);
    }
    disk.free();
    await server.crash();
    expect(sequences(await collect(store.read(stream)))).toEqual([1, 2]);
    const last = { ...stream, aggregateId: 's0' };
    expect((await store.append(last, items(20), { key: 'k' })).lastSequence).toBe(20);
    expect((await store.append(stream, items(3), { key: 'after' })).lastSequence).toBe(5);
    expect(sequences(await collect(store.read(stream)))).toEqual(upTo(5));
  });
});
