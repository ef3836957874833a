import * as runner from 'vitest';
import { memory } from '../../lib/storage/memory-storage.js';
import { eventStoreSuite } from '../../lib/testing/contract/event-store.suite.js';

eventStoreSuite(
  'memory',
  async (context) => {
    const storage = await memory().open(context);
    return { store: storage.events, log: storage.log, close: () => storage.close() };
  },
  { runner },
);
