import { EVENT_STORE_MIGRATIONS } from '../../lib/event-store/postgres/migrations/index.js';
import { PostgresEventStore } from '../../lib/event-store/postgres/postgres-event-store.js';
import { PROJECTION_MIGRATIONS } from '../../lib/projections/stores/postgres/migrations/index.js';
import { PostgresProjectionStore } from '../../lib/projections/stores/postgres/postgres-projection-store.js';
import { PostgresRecordStore } from '../../lib/projections/stores/postgres/postgres-record-store.js';
import type { StorageContext } from '../../lib/storage/storage.js';
import type { OpenedStorage } from '../../lib/testing/contract/log-maintenance/log-maintenance-cases.js';
import { TEST_NAMES, type TestDatabase } from './postgres-database.js';
import type { MigrationSet } from '../../lib/postgres/migrations.js';

/** All stores on one database, and the ways around them. */
export async function openPostgresLog(
  start: (migrations: readonly MigrationSet[]) => Promise<TestDatabase>,
  context: StorageContext,
): Promise<OpenedStorage> {
  const database = await start([EVENT_STORE_MIGRATIONS, PROJECTION_MIGRATIONS]);
  const { connection } = database;
  const events = await PostgresEventStore.open({ ...context, connection, names: TEST_NAMES });
  const projections = new PostgresProjectionStore(connection, TEST_NAMES);
  const records = new PostgresRecordStore(connection, TEST_NAMES);
  const table = TEST_NAMES.of('events');
  // The key is what keeps two events from one sequence; here some shall have one.
  await connection.query({ text: `ALTER TABLE ${table} DROP CONSTRAINT events_pkey` });
  await connection.query({
    text: `CREATE INDEX ON ${table} (tenant_id, aggregate_type, aggregate_id, sequence)`,
  });
  return {
    events,
    log: events.log,
    projections,
    records,
    plant: async (rows) => {
      for (const row of rows) {
        await connection.query({
          text: `INSERT INTO ${table} (tenant_id, aggregate_type, aggregate_id, sequence, event_id, event_type,
              event_version, occurred_at, recorded_at, tags, metadata, payload, transaction, document)
            VALUES ($1, $2, $3, $4, $5, $6, $7, to_timestamp($8::bigint / 1000.0), to_timestamp($9::bigint / 1000.0), $10, $11, $12, 1, '{}')`,
          values: [
            row.tenantId,
            row.aggregateType,
            row.aggregateId,
            row.sequence,
            row.id,
            row.type,
            row.version,
            row.occurredAt,
            row.recordedAt,
            JSON.stringify(row.tags),
            row.metadata,
            row.payload,
          ],
        });
      }
    },
    tablesWith: async (text) => {
      const tables = await connection.query<{ readonly name: string }>({
        text: 'SELECT tablename AS name FROM pg_tables WHERE schemaname = $1 ORDER BY tablename',
        values: [TEST_NAMES.schema],
      });
      const found: string[] = [];
      for (const { name } of tables) {
        const [row] = await connection.query<{ readonly n: string }>({
          text: `SELECT count(*) AS n FROM ${TEST_NAMES.of(name)} t WHERE strpos(t::text, $1) > 0`,
          values: [text],
        });
        if (Number(row!.n) > 0) found.push(name);
      }
      return found;
    },
    close: async () => {
      await Promise.all([events.close(), projections.close(), records.close()]);
      await database.stop();
    },
  };
}
