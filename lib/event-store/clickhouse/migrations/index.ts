import type { MigrationSet } from '../../../clickhouse/migrations.js';
import { events } from './0001-events.js';
import { arbiterEpochs } from './0002-arbiter-epochs.js';
import { writerLease } from './0003-writer-lease.js';
import { emptiedStreams } from './0004-emptied-streams.js';

/** The tables of the event store. Run them before it is opened. */
export const EVENT_STORE_MIGRATIONS: MigrationSet = {
  component: 'event_store',
  migrations: [events, arbiterEpochs, writerLease, emptiedStreams],
};
