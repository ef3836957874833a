import { PROJECTION_MIGRATIONS } from '../../lib/projections/stores/clickhouse/migrations/index.js';
import { ClickHouseProjectionStore } from '../../lib/projections/stores/clickhouse/clickhouse-projection-store.js';
import { BANK_EVENTS } from '../support/bank-account.js';
import { startTestDatabase } from '../support/clickhouse-database.js';
import { openClickHouseEventStore } from '../support/clickhouse-event-store.js';
import { createStorageContext } from '../support/storage-context.js';
import { aggregatesSuite } from './aggregates.suite.js';

aggregatesSuite(
  'clickhouse',
  async () => {
    const { connection, stop } = await startTestDatabase([PROJECTION_MIGRATIONS]);
    const context = await createStorageContext({}, BANK_EVENTS);
    const events = await openClickHouseEventStore(connection, {}, context);
    const projections = new ClickHouseProjectionStore(connection);
    return { events, projections, close: () => Promise.all([events.close(), projections.close()]).then(stop) };
  },
  5,
);
