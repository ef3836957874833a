import { memory } from '../../lib/index.js';
import { createStorageContext } from '../support/storage-context.js';
import { liveEventsSuite } from './live-events.suite.js';

liveEventsSuite({
  name: 'memory',
  create: async () => {
    const storage = await memory().open(await createStorageContext());
    return { writer: storage, reader: storage, close: () => storage.close() };
  },
});
