import * as runner from 'vitest';
import { clickhouse } from '../../lib/storage/clickhouse-storage.js';
import type { ClickHouseStorageOptions } from '../../lib/storage/clickhouse-storage-options.js';
import type { StorageContext } from '../../lib/storage/storage.js';
import { newDatabaseName, startTestClickHouse } from '../support/clickhouse-server.js';
import { startTestRedis } from '../support/redis-server.js';
import type { OpenedStorage } from '../../lib/testing/contract/log-maintenance/log-maintenance-cases.js';
import { logMaintenanceSuite } from '../../lib/testing/contract/log-maintenance.suite.js';

logMaintenanceSuite('clickhouse', (context) => openStorage(context, () => Promise.resolve({ singleWriter: true })), {
  runner,
});

logMaintenanceSuite(
  'clickhouse-redis',
  (context) =>
    openStorage(context, async () => {
      const redis = await startTestRedis();
      // A tenant is forgotten behind an epoch of its own, which waits for the longest insert.
      return { redis: { host: '127.0.0.1', port: redis.port }, eventStore: { maxInsertMs: 1_000 }, stop: redis.stop };
    }),
  { runner },
);

type Arbiter = Pick<ClickHouseStorageOptions, 'singleWriter' | 'redis' | 'eventStore'> & { stop?(): Promise<void> };

async function openStorage(context: StorageContext, startArbiter: () => Promise<Arbiter>): Promise<OpenedStorage> {
  const [server, { stop, ...options }] = await Promise.all([startTestClickHouse(), startArbiter()]);
  const { url, username, password } = server;
  const database = newDatabaseName();
  const storage = await clickhouse({ url, username, password, database, ...options }).open(context);
  const connection = await server.connect(database);
  const { events, log, projections, records } = storage;
  return {
    events,
    log,
    projections,
    records,
    plant: (rows) =>
      connection.insert(
        'events',
        rows.map((row) => ({
          tenant_id: row.tenantId,
          aggregate_type: row.aggregateType,
          aggregate_id: row.aggregateId,
          sequence: row.sequence,
          event_id: row.id,
          event_type: row.type,
          event_version: row.version,
          occurred_at: new Date(row.occurredAt).toISOString(),
          recorded_at: new Date(row.recordedAt).toISOString(),
          idempotency_key: row.key ?? '',
          tags: row.tags,
          payload: row.payload,
          metadata: row.metadata,
          epoch: 1,
        })),
      ),
    tablesWith: async (text) => {
      const tables = await connection.query<{ name: string; columns: string }>(
        `SELECT table AS name, arrayStringConcat(groupArray('toString(' || c.name || ')'), ', ') AS columns
         FROM system.columns c WHERE database = {database:String} GROUP BY table ORDER BY table`,
        { database },
      );
      const found: string[] = [];
      for (const { name, columns } of tables) {
        // Rows that are deleted and still on disk count too.
        const [row] = await connection.query<{ n: string }>(
          `SELECT count() AS n FROM ${name} WHERE position(concat_ws('|', ${columns}), {text:String}) > 0`,
          { text },
          { apply_deleted_mask: 0 },
        );
        if (Number(row!.n) > 0) found.push(name);
      }
      return found;
    },
    close: async () => {
      await storage.close();
      await Promise.all([server.stop(), stop?.()]);
    },
  };
}
