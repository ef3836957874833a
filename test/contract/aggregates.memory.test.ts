import { MemoryEventStore } from '../../lib/event-store/memory/memory-event-store.js';
import { MemoryProjectionStore } from '../../lib/projections/stores/memory/memory-projection-store.js';
import { BANK_EVENTS } from '../support/bank-account.js';
import { createStorageContext } from '../support/storage-context.js';
import { aggregatesSuite } from './aggregates.suite.js';

aggregatesSuite(
  'memory',
  async () => ({
    events: new MemoryEventStore(await createStorageContext({}, BANK_EVENTS)),
    projections: new MemoryProjectionStore(),
    close: async () => {},
  }),
  100,
);
