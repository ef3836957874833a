import { EVENT_STORE_MIGRATIONS } from '../../lib/event-store/postgres/migrations/index.js';
import { PostgresEventStore } from '../../lib/event-store/postgres/postgres-event-store.js';
import { PROJECTION_MIGRATIONS } from '../../lib/projections/stores/postgres/migrations/index.js';
import { PostgresProjectionStore } from '../../lib/projections/stores/postgres/postgres-projection-store.js';
import { BANK_EVENTS } from '../support/bank-account.js';
import { startServerDatabase, TEST_NAMES } from '../support/postgres-database.js';
import { createStorageContext } from '../support/storage-context.js';
import { aggregatesSuite } from './aggregates.suite.js';

aggregatesSuite(
  'postgres',
  async () => {
    const { connection, stop } = await startServerDatabase([EVENT_STORE_MIGRATIONS, PROJECTION_MIGRATIONS]);
    const context = await createStorageContext({}, BANK_EVENTS);
    const events = await PostgresEventStore.open({ ...context, connection, names: TEST_NAMES });
    const projections = new PostgresProjectionStore(connection, TEST_NAMES);
    return { events, projections, close: () => projections.close().then(stop) };
  },
  20,
);
