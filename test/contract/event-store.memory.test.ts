import { memory } from '../../lib/storage/memory-storage.js';
import { eventStoreSuite } from './event-store.suite.js';

eventStoreSuite('memory', async (context) => {
  const storage = await memory().open(context);
  return { store: storage.events, log: storage.log, close: () => storage.close() };
});
